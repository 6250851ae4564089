/** One entry of `metadata.managedFields`: the fields that one manager wrote last, and when, if the server recorded it. */
export type ManagedFields = {
  readonly manager: string
  readonly operation: string
  readonly subresource?: string
  /** RFC 3339; a `kubectl scale` carries none. */
  readonly time?: string
  /** The server's own tree, `f:data` and below. */
  readonly fields: { readonly [key: string]: unknown }
}
