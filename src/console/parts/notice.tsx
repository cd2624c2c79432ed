/** A problem as the API words it, with what can be done. */
import type { ComponentChildren } from 'preact';
import type { ApiProblem } from '../api/call.js';
import { Icon } from './icon.js';

export function ProblemNotice({
  problem,
  children,
}: {
  readonly problem: ApiProblem;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="notice bad" role="alert">
      <Icon shape="failed" />
      <div>
        <p>
          <strong>{problem.title}</strong>
        </p>
        <p>{problem.detail}</p>
        {problem.requestId !== null && (
          <p class="small quiet">Request {problem.requestId}: the log has it under this id.</p>
        )}
        {children}
      </div>
    </div>
  );
}
