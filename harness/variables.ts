/** `${NAME}` and `${NAME:-else}` in texts of a suite. Names are of letters, digits and underscores, as in a shell. */

/** Puts what `valueOf` gives in the place of each; where it gives undefined, the place stays as it is. */
export function fillVariables(text: string, valueOf: (name: string, otherwise: string | undefined) => string | undefined): string {
  return text.replaceAll(VARIABLE, (whole, name: string, otherwise: string | undefined) => valueOf(name, otherwise) ?? whole)
}

/** From the environment, where an empty variable is as one that is not set; `missing` is the first name that has neither a value nor a `:-`. */
export function fromEnvironment(text: string, env: Readonly<Record<string, string | undefined>>): { value: string } | { missing: string } {
  let missing: string | undefined
  const value = fillVariables(text, (name, otherwise) => {
    const found = env[name]?.trim() || otherwise
    if (found === undefined) missing ??= name
    return found
  })
  return missing === undefined ? { value } : { missing }
}

// --- internal ---

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g
