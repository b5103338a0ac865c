import betainc from '@stdlib/math-base-special-betainc';
import { describe, expect, it } from 'vitest';
import { normalCdf, seeInterval } from '../../core/gauge.ts';
import { exceedance } from '../../core/mixture.ts';
import { inverseTrigamma } from '../../core/population.ts';

/**
 * Golden values from mpmath 1.3 at 40 digits (`betainc`, `ncdf`, `psi`; the predictive probabilities by
 * integrating the gamma process over its posterior, the interval moments by integrating the normal
 * against the gauge's likelihood), computed once, outside the project.
 */
const near = (value: number, golden: number, relative: number): void =>
  expect(Math.abs(value - golden)).toBeLessThanOrEqual(relative * Math.abs(golden));

describe('special functions', () => {
  it.each([
    [0.5, 2.1, 0.14, 0.02610879415308329],
    [0.9, 12.5, 3, 0.8289275696697382],
    [0.3, 1.2, 20, 0.9987232544376762],
    [0.999, 450, 0.02, 0.0126240650126078],
    [0.62, 250, 140, 0.1926908783457953],
    [0.02, 3.5, 0.7, 5.839661413093285e-7],
  ])('I_%f(%f, %f)', (x, a, b, golden) => near(betainc(x, a, b), golden, 1e-11));

  it.each([
    [-6, 9.86587645037698e-10],
    [-2.5, 0.006209665325776135],
    [-0.3, 0.3820885778110474],
    [0, 0.5],
    [0.8, 0.7881446014166034],
    [1, 0.8413447460685429],
    [3.2, 0.9993128620620841],
  ])('Φ(%f)', (x, golden) => near(normalCdf(x), golden, 1e-11));

  it.each([
    [0.04, 25.4966676431643],
    [0.64, 2.01230140208647],
    [1.5, 1.06565603937453],
    [2, 0.87666407746426],
  ])('ψ′⁻¹(%f)', (value, golden) => near(inverseTrigamma(value), golden, 1e-11));
});

describe('closed forms against direct integration', () => {
  it.each([
    [2.1, 0.6, 0.2, 10, 0.3, 0.725533178376343],
    [12, 0.9, 1.5, 20, 0.5, 0.999998834244288],
    [4, 2, 0.06, 30, 1.1, 0.36995815453683],
  ])('P(X(τ) > ℓ) with A=%f, B=%f, v=%f, τ=%f, ℓ=%f', (shape, scale, v, tau, amount, golden) =>
    near(exceedance(amount, shape, scale, v * tau), golden, 1e-10),
  );

  it('has its limits without evaluating an integral', () => {
    expect(exceedance(0, 2, 1, 3)).toBe(1);
    expect(exceedance(-0.1, 2, 1, 3)).toBe(1);
    expect(exceedance(0.3, 2, 1, 0)).toBe(0);
  });

  it.each([
    [0.5, 0.0004, 0.004, 0.485, 0.495, 0.49057551125, 2.30059856612e-5],
    [0.2, 0.01, 0.01, 0.05, 0.15, 0.108774126758, 0.000854179522925],
    [0.02, 0.0009, 0.005, Number.NEGATIVE_INFINITY, 0.005, -0.0136194115588, 0.000260396848651],
  ])(
    'a normal seen through an interval: m=%f, P=%f, σ=%f, [%f, %f]',
    (level, variance, sd, low, high, mean, spread) => {
      const seen = seeInterval({ level, variance }, { low, high, sd });
      near(seen.level, mean, 1e-9);
      near(seen.variance, spread, 1e-8);
    },
  );
});
