import css from './logo.module.css';

/** The name with its mark. */
export function Logo({ onDark = false }: { readonly onDark?: boolean }) {
  return (
    <span className={css['root']}>
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill={onDark ? '#237767' : '#14564b'} />
        <path
          d="M9 22.5V9.5l14 13v-13"
          fill="none"
          stroke="#fff"
          strokeWidth="3.2"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <circle cx="23" cy="9.5" r="2.6" fill="#f3b33d" />
      </svg>
      Neverout
    </span>
  );
}
