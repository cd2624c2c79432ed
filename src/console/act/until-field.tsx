/** When a pause or an override ends: after a usual time, at a time of choice, or not by itself. */
import { useState } from 'preact/hooks';
import { shortMoment, zone } from '../clock.js';

const choices = [
  { value: '900', label: '15 min' },
  { value: '3600', label: '1 hour' },
  { value: '14400', label: '4 hours' },
  { value: 'never', label: 'until removed' },
  { value: 'at', label: 'until a time' },
] as const;

/** @param onChange receives ISO 8601, null without an end, and undefined while no time is chosen. */
export function UntilField({ onChange }: { readonly onChange: (until: string | null | undefined) => void }) {
  const [choice, setChoice] = useState<string>('3600');
  const [time, setTime] = useState('');
  const choose = (value: string) => {
    setChoice(value);
    onChange(untilOf(value, time));
  };
  return (
    <fieldset class="field">
      <legend>For how long</legend>
      <div class="choices">
        {choices.map(({ value, label }) => (
          <label key={value} class="choice">
            <input type="radio" name="until" value={value} checked={choice === value} onChange={() => choose(value)} />
            {label}
          </label>
        ))}
      </div>
      {choice === 'at' && (
        <input
          type="datetime-local"
          aria-label={`End, in ${zone()}`}
          value={time}
          onInput={({ currentTarget: { value } }) => {
            setTime(value);
            onChange(untilOf('at', value));
          }}
        />
      )}
      <p class="quiet small">{endsIn(choice)}</p>
    </fieldset>
  );
}

/** The end that is chosen at first. */
export const initialUntil = (): string => afterSeconds(3600);

function untilOf(choice: string, time: string): string | null | undefined {
  if (choice === 'never') return null;
  if (choice !== 'at') return afterSeconds(Number(choice));
  return time === '' ? undefined : new Date(time).toISOString();
}

function afterSeconds(seconds: number): string {
  // Whole minutes are what people read; the end is never earlier than what was chosen.
  return new Date(Math.ceil((Date.now() + seconds * 1000) / 60_000) * 60_000).toISOString();
}

function endsIn(choice: string): string {
  const seconds = Number(choice);
  if (Number.isNaN(seconds))
    return choice === 'never' ? 'It lasts until a person removes it.' : `Times are in ${zone()}.`;
  return `Until ${shortMoment(Date.parse(afterSeconds(seconds)))}, ${zone()}.`;
}
