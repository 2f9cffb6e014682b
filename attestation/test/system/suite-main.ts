/** Entry of the bundle that other platforms run: `globalThis.runSuite`. */
import { runSuite } from '../conformance/suite.ts';

Object.assign(globalThis, { runSuite });
