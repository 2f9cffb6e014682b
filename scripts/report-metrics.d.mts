export declare function pageOf(registry: object): string;
