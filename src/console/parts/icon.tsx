/** The shapes of the console: 16 by 16, drawn in the colour of the text. The word beside it says the same. */
const shapes = {
  idle: 'M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3',
  settled: 'M3 8.5 6.5 12 13 4.5',
  observing:
    'M1.5 8S4 3.8 8 3.8 14.500 8 14.500 8 12 12.200 8 12.200 1.500 8 1.500 8M8 6.200a1.800 1.800 0 1 1 0 3.600 1.800 1.800 0 0 1 0-3.600',
  up: 'M8 13V3M3.500 7.500 8 3l4.500 4.500',
  down: 'M8 3v10M3.500 8.500 8 13l4.500-4.500',
  coolingDown: 'M4 2.500h8M4 13.500h8M5 2.500c0 3.200 6 4.300 6 11M11 2.500c0 3.200-6 4.300-6 11',
  backingOff: 'M13 8a5 5 0 1 1-1.600-3.700M13 2.200v3h-3',
  cancelled: 'M8 2.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11M4.200 4.200l7.600 7.600',
  failed: 'M3.500 3.500l9 9M12.500 3.500l-9 9',
  unattended: 'M8 2 14.500 13.500h-13zM8 6.500v3.200M8 11.500v.4',
  attention: 'M8 2 14.500 13.500h-13zM8 6.500v3.200M8 11.500v.4',
  paused: 'M5.500 3v10M10.500 3v10',
  override: 'M4.500 7.500v-2a3.500 3.500 0 0 1 7 0v2M3 7.500h10v6H3z',
  theme: 'M8 2.500a5.500 5.500 0 1 0 0 11zM8 2.500a5.500 5.500 0 0 1 0 11',
  search: 'M7 2.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9M10.300 10.300 14 14',
  close: 'M3.500 3.500l9 9M12.500 3.500l-9 9',
  right: 'M6 3.500 10.500 8 6 12.500',
  outside: 'M9 2.500h4.500V7M13.500 2.500 7 9M11 9.500v4H2.500V5h4',
} as const;

export type Shape = keyof typeof shapes;

export function Icon({ shape, isFilled = false }: { readonly shape: Shape; readonly isFilled?: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={shapes[shape]}
        fill={isFilled ? 'currentColor' : 'none'}
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
