export declare function explanationsModule(markdown: string): string;
