import type { PolicyFigures } from './summary.ts';

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 60;
const BOTTOM = 50;
const TOP = 40;
const RIGHT = 20;

const escapeText = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const label = (x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end' = 'middle'): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeText(text)}</text>`;

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${stroke}"/>`;

function frame(title: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    label(WIDTH / 2, 22, title),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** Bars of the probability integral transform; a calibrated forecast is flat at the dashed line. */
export function pitHistogram(title: string, shares: readonly number[]): string {
  const top = Math.max(...shares, 2 / shares.length);
  const width = (WIDTH - LEFT - RIGHT) / shares.length;
  const scale = (HEIGHT - TOP - BOTTOM) / top;
  const base = HEIGHT - BOTTOM;
  const bars = shares.map(
    (share, i) =>
      `<rect x="${(LEFT + i * width + 1).toFixed(1)}" y="${(base - share * scale).toFixed(1)}" width="${(width - 2).toFixed(1)}" height="${(share * scale).toFixed(1)}" fill="#4878a8"/>`,
  );
  const flat = base - scale / shares.length;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((p) =>
    label(LEFT + p * (WIDTH - LEFT - RIGHT), base + 18, String(p)),
  );
  return frame(title, [
    ...bars,
    `<line x1="${LEFT}" y1="${flat.toFixed(1)}" x2="${WIDTH - RIGHT}" y2="${flat.toFixed(1)}" stroke="#a03030" stroke-dasharray="6 4"/>`,
    line(LEFT, base, WIDTH - RIGHT, base, 'black'),
    ...ticks,
    label(WIDTH / 2, HEIGHT - 10, 'forecast probability of what was used at most (PIT)'),
    label(LEFT - 6, flat, 'flat', 'end'),
  ]);
}

const niceStep = (range: number): number => {
  const rough = range / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
};

/** Every policy by how long its spares lie on the shelf and what its mistakes cost. */
export function costFrontier(title: string, policies: readonly PolicyFigures[]): string {
  const maxX = Math.max(1, ...policies.map(({ shelfDays }) => shelfDays)) * 1.2;
  const maxY = Math.max(1, ...policies.map(({ costPerCycle }) => costPerCycle)) * 1.1;
  const base = HEIGHT - BOTTOM;
  const px = (x: number): number => LEFT + (x / maxX) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => base - (y / maxY) * (base - TOP);
  const body = [line(LEFT, base, WIDTH - RIGHT, base, 'black'), line(LEFT, TOP, LEFT, base, 'black')];
  for (let x = 0; x <= maxX; x += niceStep(maxX)) body.push(label(px(x), base + 18, x.toFixed(0)));
  for (let y = 0; y <= maxY; y += niceStep(maxY)) {
    body.push(
      label(LEFT - 6, py(y) + 4, y.toFixed(0), 'end'),
      line(LEFT, py(y), WIDTH - RIGHT, py(y), '#e5e5e5'),
    );
  }
  for (const { name, shelfDays, costPerCycle } of policies) {
    const colour = name.startsWith('neverout')
      ? '#2a7f3f'
      : name.match(/oracle|clairvoyant/)
        ? '#888888'
        : '#a03030';
    body.push(
      `<circle cx="${px(shelfDays).toFixed(1)}" cy="${py(costPerCycle).toFixed(1)}" r="5" fill="${colour}"/>`,
    );
    body.push(label(px(shelfDays) + 8, py(costPerCycle) + 4, name, 'start'));
  }
  body.push(label(WIDTH / 2, HEIGHT - 10, 'days a spare lies on the shelf'));
  body.push(label(LEFT, TOP - 6, 'avoidable € per cycle', 'start'));
  return frame(title, body);
}
