import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorSchemeManager,
  type MantineColorsTuple,
} from '@mantine/core';

/** Deep green of a fir at dusk: calm, and nobody's default. White on shade 7 has 8.4:1, on shade 6 5.4:1. */
const spruce: MantineColorsTuple = [
  '#edf7f4',
  '#dbece7',
  '#b4d8ce',
  '#8ac4b4',
  '#5fac99',
  '#3b9280',
  '#237767',
  '#14564b',
  '#0f453c',
  '#0a332d',
];
/** What needs somebody's attention. */
const amber: MantineColorsTuple = [
  '#fff8e6',
  '#fdeec6',
  '#fadd8f',
  '#f6cb58',
  '#f3b33d',
  '#dd9620',
  '#b87413',
  '#8f5709',
  '#704408',
  '#523107',
];
const brick: MantineColorsTuple = [
  '#fdf0ed',
  '#f9dcd5',
  '#f1b8ab',
  '#e8927f',
  '#dc6f58',
  '#c8523a',
  '#ae3f29',
  '#92311e',
  '#752516',
  '#581b10',
];
/** Warm greys, so that white cards lie on paper. */
const gray: MantineColorsTuple = [
  '#f7f6f2',
  '#efede7',
  '#e3e0d8',
  '#d3cfc5',
  '#b7b2a7',
  '#928d82',
  '#6c685f',
  '#55524a',
  '#3a3833',
  '#23221f',
];
const dark: MantineColorsTuple = [
  '#e4e9e6',
  '#c3ccc7',
  '#a3aea8',
  '#7f8b85',
  '#4b5852',
  '#35413b',
  '#29332e',
  '#1a221e',
  '#101513',
  '#0a0e0c',
];

const FONT =
  'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif';

export const theme = createTheme({
  colors: { spruce, amber, brick, red: brick, gray, dark },
  primaryColor: 'spruce',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.3,
  fontFamily: FONT,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontFamily: FONT, fontWeight: '620', textWrap: 'balance' },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '10px', lg: '16px', xl: '28px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Fingers need 44 px (WCAG 2.2, 2.5.8 asks for 24).
    Button: { defaultProps: { size: 'md' } },
    ActionIcon: { defaultProps: { variant: 'subtle', size: 'lg', color: 'gray' } },
    TextInput: { defaultProps: { size: 'md' } },
    PasswordInput: { defaultProps: { size: 'md' } },
    NumberInput: { defaultProps: { size: 'md' } },
    Select: { defaultProps: { size: 'md', allowDeselect: false, checkIconPosition: 'right' } },
    Textarea: { defaultProps: { size: 'md' } },
    Modal: { defaultProps: { centered: true, radius: 'lg' } },
    Anchor: { defaultProps: { underline: 'always' } },
  },
});

/** Mantine's own dimmed and placeholder greys are too faint for WCAG AA (4.5:1). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f7f6f2',
    '--mantine-color-text': '#23221f',
    '--mantine-color-dimmed': '#605d54',
    '--mantine-color-placeholder': '#6c685f',
    '--mantine-color-error': '#92311e',
    '--mantine-color-anchor': '#14564b',
    '--card': '#ffffff',
    '--line': '#e3e0d8',
    '--line-strong': '#b7b2a7',
    '--ok': '#237767',
    '--ok-soft': '#dbece7',
    '--warn': '#8f5709',
    '--warn-soft': '#fdeec6',
    '--bad': '#92311e',
    '--bad-soft': '#f9dcd5',
    '--ink-soft': '#55524a',
  },
  dark: {
    '--mantine-color-body': '#101513',
    '--mantine-color-text': '#e4e9e6',
    '--mantine-color-dimmed': '#a3aea8',
    '--mantine-color-placeholder': '#8f9a94',
    '--mantine-color-error': '#e8927f',
    '--mantine-color-anchor': '#8ac4b4',
    '--card': '#1a221e',
    '--line': '#2c3631',
    '--line-strong': '#4b5852',
    '--ok': '#8ac4b4',
    '--ok-soft': '#1d3a33',
    '--warn': '#f3b33d',
    '--warn-soft': '#3c2e10',
    '--bad': '#e8927f',
    '--bad-soft': '#43211a',
    '--ink-soft': '#c3ccc7',
  },
});

export const schemeManager: MantineColorSchemeManager = localStorageColorSchemeManager({
  key: 'neverout.scheme',
});
