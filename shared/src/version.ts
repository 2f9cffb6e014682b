/** The version of this software, in one place: packages, images, reports and specification say the same. */

/** Semantic version. */
export const VERSION = '0.1.0';
