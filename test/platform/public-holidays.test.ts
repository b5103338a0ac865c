import { describe, expect, test } from 'vitest';
import { loadPublicHolidays } from '../../platform/public-holidays.ts';

const NOW = Date.UTC(2026, 10, 21);

describe('public holidays', () => {
  const daysOf = async (country: string, region: string | null = null): Promise<readonly string[]> => {
    const place = { country, region };
    return (await loadPublicHolidays([place], NOW))(place).map(({ from }) => from);
  };

  test('are those of the country, for three years', async () => {
    const days = await daysOf('DE');
    expect(days).toEqual(expect.arrayContaining(['2025-12-25', '2026-10-03', '2026-12-25', '2027-01-01']));
    expect(days).not.toContain('2026-12-24');
    expect(days).toEqual(days.toSorted());
    expect(await daysOf('US')).toContain('2026-11-26');
  });

  test('and of the region, by its code or its name', async () => {
    expect(await daysOf('DE')).not.toContain('2026-01-06');
    for (const region of ['BY', 'Bayern', ' bayern '])
      expect(await daysOf('DE', region)).toContain('2026-01-06');
    // What is no region of it counts as the country.
    expect(await daysOf('DE', 'Narnia')).toEqual(await daysOf('DE'));
  });

  test('of half a day are none, and those from sunset are the day after it', async () => {
    // Women's Day in China is half a day.
    expect(await daysOf('CN')).not.toContain('2026-03-08');
    // Yom Kippur 5787 begins in the evening of the 20th of September.
    const days = await daysOf('IL');
    expect(days).toContain('2026-09-21');
    expect(days).not.toContain('2026-09-20');
  });

  test('of a place that nobody knows are none', async () => {
    expect(await daysOf('XX')).toEqual([]);
    expect((await loadPublicHolidays([null], NOW))(null)).toEqual([]);
  });
});
