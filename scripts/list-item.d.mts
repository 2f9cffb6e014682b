export declare function listItem(mark: string, text: string): string[];
