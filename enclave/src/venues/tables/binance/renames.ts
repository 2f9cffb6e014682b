/**
 * Coins that Binance exchanged for others, with the ratio and the day of the exchange, by its announcements. No feed of
 * the account shows such an exchange. Only exchanges of every holding at one ratio are here.
 */
import type { Rename } from '../../table.ts';

export const RENAMES: readonly Rename[] = [
  { from: 'ERD', to: 'EGLD', ratio: '0.001', at: Date.UTC(2020, 8, 4) },
  { from: 'LEND', to: 'AAVE', ratio: '0.01', at: Date.UTC(2020, 9, 14) },
  { from: 'NPXS', to: 'PUNDIX', ratio: '0.001', at: Date.UTC(2021, 3, 8) },
  { from: 'BTT', to: 'BTTC', ratio: '1000', at: Date.UTC(2022, 0, 18) },
  { from: 'LUNA', to: 'LUNC', ratio: '1', at: Date.UTC(2022, 4, 28) },
  { from: 'RNDR', to: 'RENDER', ratio: '1', at: Date.UTC(2024, 6, 26) },
  { from: 'MATIC', to: 'POL', ratio: '1', at: Date.UTC(2024, 8, 13) },
  { from: 'KLAY', to: 'KAIA', ratio: '1', at: Date.UTC(2024, 9, 31) },
  { from: 'FTM', to: 'S', ratio: '1', at: Date.UTC(2025, 0, 16) },
];
