/** Asks for the token of the API when a response requires one. It is kept until the tab is closed. */
import { useState } from 'preact/hooks';
import { hasToken, isTokenWanted, setToken } from '../api/token.js';
import { useStore } from '../store.js';

export function TokenForm() {
  const isWanted = useStore(isTokenWanted);
  const [value, setValue] = useState('');
  if (!isWanted) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    setToken(value.trim());
    setValue('');
  };
  return (
    <form class="token" onSubmit={submit}>
      <h1>This API requires a token</h1>
      <p>
        {hasToken() ? 'The token was not accepted. ' : ''}Enter the value of <code>ESCAPEMENT_API_TOKEN</code>. This tab
        keeps it until it is closed.
      </p>
      <label for="token">Token</label>
      <div class="field-row">
        <input
          id="token"
          type="password"
          autocomplete="off"
          required
          value={value}
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
        />
        <button type="submit" class="primary">
          Continue
        </button>
      </div>
    </form>
  );
}
