/** Exposures of a surface on a day by what was reported of them. */
export interface ReportedExposures {
  /** UTC, YYYY-MM-DD, of serving. */
  day: string;
  surface: string;
  pages: number;
  /** Pages of which nothing was reported as rendered, seen or clicked. */
  silentPages: number;
  served: number;
  /** Of those, on pages of which something was reported. */
  servedOnReported: number;
  /** Reported as rendered, or as seen, which comes after. */
  rendered: number;
  seen: number;
  clicked: number;
  /** Reported as seen and as clicked. */
  seenAndClicked: number;
}

/** How much of what happened was not reported. */
export interface ExposureLoss extends ReportedExposures {
  /** Share of the items on pages with any report that were not reported as rendered: lost, or never scrolled to. Null without such pages. */
  renderLoss: number | null;
  /** Share of the reports of seeing that were lost, as far as clicks tell. Null without clicks. */
  impressionLoss: number | null;
  /** How many items were seen, reported or not. Null without clicks. */
  seenEstimate: number | null;
}

/**
 * Estimate what was lost. Who clicks has seen: the share of clicked items that were also reported as seen is the chance that a report of seeing arrives, and
 * what was seen is what was reported over that (capture and recapture, in the form that is unbiased for small numbers). Reports that are lost together, with
 * the whole page, are lost to both, so that the loss is a lower bound.
 *
 * @see Chapman 1951: (seen + 1) * (clicked + 1) / (both + 1) - 1
 */
export function exposureLoss(reported: ReportedExposures): ExposureLoss {
  const { servedOnReported, rendered, seen, clicked, seenAndClicked } = reported;
  const estimate = ((seen + 1) * (clicked + 1)) / (seenAndClicked + 1) - 1;
  return {
    ...reported,
    renderLoss: servedOnReported === 0 ? null : 1 - Math.min(rendered, servedOnReported) / servedOnReported,
    impressionLoss: clicked === 0 ? null : 1 - seenAndClicked / clicked,
    seenEstimate: clicked === 0 ? null : Math.min(reported.served, estimate),
  };
}
