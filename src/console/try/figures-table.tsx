/** The figures of both policies, with the better one marked. */
import type { BacktestAnswer } from '../api/answers.js';
import { duration } from '../clock.js';
import { Icon } from '../parts/icon.js';
import { compareFigures } from './figures.js';

export function FiguresTable({ answer }: { readonly answer: BacktestAnswer }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Figures">
      <table class="try-figures">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">In force</th>
            <th scope="col">Edited</th>
          </tr>
        </thead>
        <tbody>
          {compareFigures(answer.inForce.figures, answer.tried.figures, duration).map(
            ({ name, inForce, tried, better }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <Value text={inForce} isBetter={better === 'inForce'} />
                <Value text={tried} isBetter={better === 'tried'} />
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

function Value({ text, isBetter }: { readonly text: string; readonly isBetter: boolean }) {
  return (
    <td class={isBetter ? 'better' : ''}>
      {text}
      {isBetter && (
        <span class="better-mark small">
          <Icon shape="settled" /> better
        </span>
      )}
    </td>
  );
}
