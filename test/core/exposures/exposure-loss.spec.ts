import { exposureLoss, type ReportedExposures } from '../../../src/core/exposures/exposure-loss.js';
import { seededRandom } from '../../../src/core/random.js';

const reported = (fields: Partial<ReportedExposures> = {}): ReportedExposures => ({
  day: '2026-11-22', surface: 'home', pages: 10, silentPages: 1, served: 200, servedOnReported: 180, rendered: 90, seen: 59, clicked: 19, seenAndClicked: 14, ...fields,
}); // prettier-ignore

describe('the loss of exposures', () => {
  it('is told by how many of the clicked items nobody said were seen', () => {
    // 90 of 180 rendered; 14 of 19 clicked were seen; (60 * 20) / 15 - 1 = 79 seen in all.
    expect(exposureLoss(reported())).toMatchObject({
      renderLoss: 0.5,
      impressionLoss: expect.closeTo(5 / 19, 9) as number,
      seenEstimate: 79,
    });
  });

  it('is unknown where nothing tells of it', () => {
    expect(exposureLoss(reported({ servedOnReported: 0, rendered: 0, seen: 0, clicked: 0, seenAndClicked: 0 }))).toMatchObject({
      renderLoss: null,
      impressionLoss: null,
      seenEstimate: null,
    });
  });

  it('comes close to the true number where reports are lost by chance', () => {
    const random = seededRandom(3);
    const [isSeen, isClicked] = [0.6, 0.1];
    const counts = { served: 20_000, seen: 0, clicked: 0, seenAndClicked: 0 };
    let truth = 0;
    for (let i = 0; i < counts.served; i++) {
      if (random() > isSeen) continue;
      truth++;
      const [seen, clicked] = [random() < 0.8, random() < isClicked];
      if (seen) counts.seen++;
      if (clicked) counts.clicked++;
      if (seen && clicked) counts.seenAndClicked++;
    }
    const { seenEstimate, impressionLoss } = exposureLoss(reported({ ...counts, servedOnReported: counts.served, rendered: counts.seen }));
    // A fifth is lost; about 1,200 clicks tell it to within 5 * sqrt(0.2 * 0.8 / 1200) = 0.058.
    expect(Math.abs(impressionLoss! - 0.2)).toBeLessThan(0.058);
    expect(Math.abs(seenEstimate! / truth - 1)).toBeLessThan(0.08);
  });
});
