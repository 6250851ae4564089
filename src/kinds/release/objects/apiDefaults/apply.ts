import { parsePath } from '../../../../values/factKeys.ts'
import { canonicalJson, type FactMap, type FactValue, isMap } from '../../../../values/json.ts'
import { isBuiltIn } from '../observe/builtInKinds.ts'
import { TABLE } from './table.ts'
import { type Default, type Defaults, type Expected, type FieldContext, NEVER_DEFAULT, SERVER_ASSIGNED } from './types.ts'

type Rule = { readonly below: Map<string, Rule>; value?: Default }

const NO_RULE: Rule = { below: new Map() }
const compiled = new Map<string, Rule>()

/** Compiled when they are asked for: a release has few of the kinds. */
function ruleFor(kind: string, { apiVersion }: FactMap): Rule {
  if (!isBuiltIn(String(apiVersion))) return NO_RULE
  const rule = compiled.get(kind) ?? compile(TABLE[kind] ?? [])
  compiled.set(kind, rule)
  return rule
}

function compile(entries: Defaults): Rule {
  const root: Rule = { below: new Map() }
  for (const [path, value] of entries) {
    let here = root
    for (const key of parsePath(path)) {
      const next = here.below.get(key) ?? { below: new Map() }
      here.below.set(key, next)
      here = next
    }
    here.value = value
  }
  return root
}

/**
 * The facts of an object without what the server wrote by itself: a field that has its default, or that the server gives
 * out, and that `named` (the facts of the manifest) does not name.
 */
export function withoutDefaults(kind: string, facts: FactMap, named: FactMap | undefined): FactMap {
  return prune(facts, ruleFor(kind, facts), named, '')
}

function prune(facts: FactMap, rule: Rule, named: FactValue | undefined, holder: string): FactMap {
  if (rule.below.size === 0) return facts
  const [kept, own]: [Record<string, FactValue>, FactMap] = [{}, mapOf(named)]
  for (const [key, value] of Object.entries(facts)) {
    const ruled = ruleAt(rule, key)
    const meant = meantBy(ruled, { key, parentKey: holder, siblings: facts, declared: own })
    const asked = own[key]
    if (asked === undefined && isMeant(value, meant)) continue
    const inner = isMap(value) && meant !== NEVER_DEFAULT ? prune(value as FactMap, ruled, asked, key) : value
    // A map that held nothing but defaults was made by the server too, but not an element of a list.
    const isMade = isMap(inner) && Object.keys(inner).length === 0 && Object.keys(value as FactMap).length > 0 && rule.below.has(key)
    if (!isMade || asked !== undefined) kept[key] = inner
  }
  return kept
}

/** `facts` with defaults spelled out exactly where `seen` spells them out: that a chart begins to name what the server does anyway is no difference. */
export function alignDefaults(kind: string, wanted: FactMap, seen: FactMap): FactMap {
  return spellOut(withoutDefaults(kind, wanted, seen), ruleFor(kind, seen), seen, '')
}

function spellOut(wanted: FactMap, rule: Rule, seen: FactMap, holder: string): FactMap {
  if (rule.below.size === 0) return wanted
  const all: Record<string, FactValue> = { ...wanted }
  for (const [key, value] of Object.entries(seen)) {
    const ruled = ruleAt(rule, key)
    const meant = meantBy(ruled, { key, parentKey: holder, siblings: wanted, declared: wanted })
    if (meant === NEVER_DEFAULT) continue
    const own = all[key]
    // An element of a list that is not wanted does not come to be for its defaults.
    const inner = isMap(own) ? (own as FactMap) : own === undefined && rule.below.has(key) ? {} : undefined
    const spelled = isMap(value) && inner !== undefined ? spellOut(inner, ruled, value as FactMap, key) : {}
    if (own === undefined && isMeant(value, meant)) all[key] = value
    else if (Object.keys(spelled).length > 0) all[key] = spelled
  }
  return all
}

function ruleAt(rule: Rule, key: string): Rule {
  return rule.below.get(key) ?? rule.below.get('*') ?? NO_RULE
}

function meantBy({ value }: Rule, place: FieldContext): Expected {
  return typeof value === 'function' ? value(place) : value
}

function isMeant(found: FactValue, meant: Expected): boolean {
  if (meant === SERVER_ASSIGNED || meant === found) return true
  return typeof meant === 'object' && isMap(meant) && isMap(found) && canonicalJson(meant) === canonicalJson(found)
}

function mapOf(value: FactValue | undefined): FactMap {
  return isMap(value) ? (value as FactMap) : {}
}
