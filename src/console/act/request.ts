/** A request that a person confirms: it is sent once, and its answer is shown. */
import { useState } from 'preact/hooks';
import { type ApiProblem, asProblem, type Call, call } from '../api/call.js';

export interface Sent<Answer> {
  readonly isSending: boolean;
  readonly answer: Answer | null;
  readonly problem: ApiProblem | null;
  readonly send: (path: string, request: Call) => void;
}

export function useRequest<Answer>(): Sent<Answer> {
  const [state, setState] = useState<Omit<Sent<Answer>, 'send'>>(nothingSent);
  const send = (path: string, request: Call) => {
    if (state.isSending) return;
    setState({ ...nothingSent, isSending: true });
    call<Answer>(path, request).then(
      (answer) => setState({ ...nothingSent, answer }),
      (error: unknown) => setState({ ...nothingSent, problem: asProblem(error) }),
    );
  };
  return { ...state, send };
}

const nothingSent = { isSending: false, answer: null, problem: null };

/** Random, also on a page that was opened without TLS, where `crypto.randomUUID` does not exist. */
export function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
