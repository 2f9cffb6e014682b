/** The version of this software, in one place. Packages, images, reports and specification have the same version. */

/** Semantic version. */
export const VERSION = '0.1.0';
