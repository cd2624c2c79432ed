/** A failing test prints its seed; `SEED=... npm test -- properties` plays the same again. */
export const seed = process.env['SEED'] === undefined ? Date.now() % 2 ** 31 : Number(process.env['SEED']);
