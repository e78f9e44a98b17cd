import { TestEnvironment } from 'jest-environment-node';

/**
 * Tests run in a realm of their own, whose typed arrays are other classes than those that a native module makes. The ONNX runtime asks for the very class, so
 * tests get those of the outer realm, as they do already for Uint8Array.
 */
export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global.Float32Array = Float32Array;
    this.global.BigInt64Array = BigInt64Array;
  }
}
