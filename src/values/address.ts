declare const brand: unique symbol

/** Names one resource: `bucket/spacelift-states`, `secret/spacelift/spacelift-shared`. The first part is the kind. */
export type Address = string & { readonly [brand]: 'address' }

/** Builds an address from a kind and the names below it. */
export function address(kind: string, ...names: readonly string[]): Address {
  return [kind, ...names].join('/') as Address
}

/** The kind an address belongs to. */
export function kindOf(address: Address): string {
  return address.slice(0, address.indexOf('/'))
}
