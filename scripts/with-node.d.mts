export declare function versionOfImage(): string;
export declare function versionOfFloor(): string;
