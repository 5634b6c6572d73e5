/** The mark beside the name, which says the same: decoration for a screen reader. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" fill="#0b6a7c" />
      <path d="M8 9h16v3.2h-6.2V24h-3.6V12.2H8z" fill="#fff" />
      <circle cx="23.5" cy="22" r="2.4" fill="#7fd6e4" />
    </svg>
  );
}
