import { parsePath } from '../../../../values/factKeys.ts'
import { canonicalJson, type FactMap, type FactValue, isMap } from '../../../../values/json.ts'
import { isBuiltIn } from '../observe/builtInKinds.ts'
import { TABLE } from './table.ts'
import { type Default, type Defaults, type Expected, type FieldContext, NEVER_DEFAULT, SERVER_ASSIGNED } from './types.ts'

/** The defaults of a field, and of the fields below it. */
type Rule = { readonly below: Map<string, Rule>; value?: Default }

const NO_RULE: Rule = { below: new Map() }
const compiled = new Map<string, Rule>()

/** Compiled at first use: a release has few of the kinds. */
function ruleFor(kind: string, { apiVersion }: FactMap): Rule {
  if (!isBuiltIn(String(apiVersion))) return NO_RULE
  const rule = compiled.get(kind) ?? compile(TABLE[kind] ?? [])
  compiled.set(kind, rule)
  return rule
}

function compile(defaults: Defaults): Rule {
  const root: Rule = { below: new Map() }
  for (const [path, value] of defaults) {
    let rule = root
    for (const key of parsePath(path)) {
      const next = rule.below.get(key) ?? { below: new Map() }
      rule.below.set(key, next)
      rule = next
    }
    rule.value = value
  }
  return root
}

/**
 * The facts of a live object without what the server added: fields that have their default, or that the server assigns, and
 * that `declared` (the facts of the manifest) does not have.
 */
export function withoutDefaults(kind: string, facts: FactMap, declared: FactMap | undefined): FactMap {
  return prune(facts, ruleFor(kind, facts), declared, '')
}

function prune(facts: FactMap, rule: Rule, declaredValue: FactValue | undefined, parentKey: string): FactMap {
  if (rule.below.size === 0) return facts
  const declared = mapOf(declaredValue)
  const kept: Record<string, FactValue> = {}
  for (const [key, value] of Object.entries(facts)) {
    const fieldRule = ruleAt(rule, key)
    const expected = expectedBy(fieldRule, { key, parentKey, siblings: facts, declared })
    const isDeclared = declared[key] !== undefined
    if (!isDeclared && isExpected(value, expected)) continue
    const inner = isMap(value) && expected !== NEVER_DEFAULT ? prune(value as FactMap, fieldRule, declared[key], key) : value
    // A map of nothing but defaults was created by the server too, unless it is an element of a list.
    const isEmptied = isMap(inner) && Object.keys(inner).length === 0 && Object.keys(value as FactMap).length > 0
    if (isDeclared || !isEmptied || !rule.below.has(key)) kept[key] = inner
  }
  return kept
}

/** `desired` with the defaults that `live` has: that a chart starts to declare a default of the server is no difference. */
export function alignDefaults(kind: string, desired: FactMap, live: FactMap): FactMap {
  return addDefaults(withoutDefaults(kind, desired, live), ruleFor(kind, live), live, '')
}

function addDefaults(desired: FactMap, rule: Rule, live: FactMap, parentKey: string): FactMap {
  if (rule.below.size === 0) return desired
  const aligned: Record<string, FactValue> = { ...desired }
  for (const [key, value] of Object.entries(live)) {
    const fieldRule = ruleAt(rule, key)
    const expected = expectedBy(fieldRule, { key, parentKey, siblings: desired, declared: desired })
    if (expected === NEVER_DEFAULT) continue
    const own = aligned[key]
    // An undesired element of a list does not become desired by its defaults.
    const inner = isMap(own) ? (own as FactMap) : own === undefined && rule.below.has(key) ? {} : undefined
    const withDefaults = isMap(value) && inner !== undefined ? addDefaults(inner, fieldRule, value as FactMap, key) : {}
    if (own === undefined && isExpected(value, expected)) aligned[key] = value
    else if (Object.keys(withDefaults).length > 0) aligned[key] = withDefaults
  }
  return aligned
}

function ruleAt(rule: Rule, key: string): Rule {
  return rule.below.get(key) ?? rule.below.get('*') ?? NO_RULE
}

function expectedBy({ value }: Rule, context: FieldContext): Expected {
  return typeof value === 'function' ? value(context) : value
}

function isExpected(value: FactValue, expected: Expected): boolean {
  if (expected === SERVER_ASSIGNED || expected === value) return true
  return typeof expected === 'object' && isMap(expected) && isMap(value) && canonicalJson(expected) === canonicalJson(value)
}

function mapOf(value: FactValue | undefined): FactMap {
  return isMap(value) ? (value as FactMap) : {}
}
