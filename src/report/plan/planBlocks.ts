import type { Edit } from '../../kinds/kind.ts'
import { showPointer } from '../../plan/diff.ts'
import type { PlannedChange } from '../../plan/plan.ts'
import { kindOf } from '../../values/address.ts'
import { canonicalJson, type FactValue, isMap, type Json, pointer, segments } from '../../values/json.ts'
import { type Field, fieldLines, type Layout, roomIn } from '../format/fieldLines.ts'
import { columns } from '../format/fieldText.ts'
import { prose, wrappedList } from '../format/fold.ts'
import { fieldName, groupByObject, isWholeObject } from '../format/groupByObject.ts'
import { groupSimilar } from '../format/groupSimilar.ts'
import { isFingerprint, shortValue, valueChange } from '../format/valueText.ts'
import { editSymbol, headline, whyOf } from './planWords.ts'

const INDENT = 6
const DEEPER = 4

/** What changes, a paragraph each; resources that change alike share one. */
export function changeBlocks(changes: readonly PlannedChange[], page: Layout): string[] {
  const sameAs = ({ address, action, edits, impact }: PlannedChange) =>
    `${kindOf(address)} ${action} ${sameEdits(edits)} ${impact.notes?.join(' ') ?? ''}`
  return groupSimilar(changes, sameAs).map((group) => block(group, page))
}

/** Equal for edits that read the same, wherever they were declared and whoever made them. */
function sameEdits(edits: readonly Edit[]): string {
  const side = (value: FactValue | undefined): Json => (isFingerprint(value) ? 'hidden' : ((value ?? null) as Json))
  return canonicalJson(edits.map(({ pointer: where, from, to, cause }) => [where, side(from), side(to), cause]))
}

function block(group: readonly [PlannedChange, ...PlannedChange[]], page: Layout): string {
  const [first] = group
  const fresh = first.action === 'create' || first.action === 'recover'
  const edits = mergeEdits(group.map((one) => one.edits))
  const lines = fresh ? creationLines(first.edits, page) : editLines(edits, page)
  const many = group.length > 1
  const names = many ? wrappedList(group.map(({ address }) => address).sort(), roomIn(page.width - INDENT)) : []
  const notes = (first.impact.notes ?? []).flatMap((note) => prose(note, page.width - INDENT))
  const head = headline(first, page.style, many ? `${group.length} ${kindOf(first.address)}s with the same change` : undefined)
  return [`  ${head}`, ...indented([...names, ...notes, ...lines], INDENT), ''].join('\n')
}

/** An edit that is made in several places, with a word of the others where it was not declared or made at once. */
function mergeEdits(all: readonly (readonly Edit[])[]): readonly Told[] {
  const [first = []] = all
  return first.map((edit, i) => {
    const others = all.some((edits) => whyOf(edits[i] as Edit) !== whyOf(edit))
    return { ...edit, why: `${whyOf(edit)}${others ? ' and others' : ''}` }
  })
}

type Told = Edit & { readonly why: string }

/** Everything is new: fields without symbols; keys whose values are hidden are counted, not listed. */
function creationLines(edits: readonly Edit[], page: Layout): string[] {
  const hidden = new Map<string, number>()
  for (const edit of groupByObject(edits).own.filter((one) => isFingerprint(one.to)))
    hidden.set(parentOf(edit), (hidden.get(parentOf(edit)) ?? 0) + 1)
  // What is off or empty goes without saying where everything is new.
  const said = edits.filter((edit) => !isFingerprint(edit.to) && edit.to !== false && !isMap(edit.to))
  const { own, objects } = groupByObject(said)
  const widest = Math.max(0, ...own.map((edit) => showPointer(edit.pointer).length))
  const room = roomIn(page.width - INDENT - widest - 2)
  const open = own.map((edit) => [showPointer(edit.pointer), shortValue(edit.to, room)] as const)
  const counted = [...hidden].map(([where, count]) => [where, `${count} values, hidden`] as const)
  const made = objects.length === 0 ? [] : [['objects', `${objects.length} objects`] as const]
  return columns([...open, ...counted, ...made].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function editLines(edits: readonly Told[], page: Layout): string[] {
  const { own, objects } = groupByObject(edits)
  const within = (one: Told) => ({ ...one, pointer: fieldName(one.pointer) })
  const groups = groupSimilar(objects, ([name, of]) => (isWholeObject(of) ? name : sameEdits(of.map(within))))
  return [...fieldLines(own.map(field), page, INDENT), ...groups.flatMap((group) => objectLines(group, page))]

  function field(edit: Told): Field {
    return {
      symbol: editSymbol(edit, page.style),
      name: fieldName(edit.pointer),
      value: (room) => change(edit, room, page),
      remark: edit.why,
    }
  }

  /** What came or went as a whole is one line. */
  function objectLines(group: readonly [readonly [string, readonly Told[]], ...(readonly [string, readonly Told[]])[]], at: Layout) {
    const [[name, of]] = group
    const [first] = of as [Told, ...Told[]]
    if (isWholeObject(of)) {
      const what = first.from === undefined ? 'missing' : 'not in the chart'
      return [`${editSymbol(first, at.style)} ${at.style.strong(name)}  (${what})  ${at.style.faint(`# ${first.why}`)}`]
    }
    const many = group.length > 1
    const names = many ? wrappedList(group.map(([one]) => one).sort(), roomIn(at.width - INDENT - DEEPER)) : []
    const head = `${at.style.changed('~')} ${at.style.strong(many ? `${group.length} objects with the same change` : name)}`
    const lines = fieldLines(mergeEdits(group.map(([, all]) => all)).map(field), at, INDENT + DEEPER)
    return [head, ...indented([...names, ...lines], DEEPER)]
  }
}

function change(edit: Edit, room: number, { style }: Layout): readonly string[] {
  const { from, to } = edit
  if (isFingerprint(from) || isFingerprint(to)) return [hiddenChange(edit)]
  if (from === undefined) return [shortValue(to, room)]
  return to === undefined ? [`${shortValue(from, room - REMOVED.length)}${REMOVED}`] : valueChange(from, to, room, style)
}

const REMOVED = ' -> (removed)'

function hiddenChange({ from, to }: Edit): string {
  if (from === undefined) return '(missing, value hidden)'
  return to === undefined ? '(removed, value hidden)' : '(changed, values hidden)'
}

function parentOf(edit: Edit): string {
  return showPointer(pointer(...segments(edit.pointer).slice(0, -1)))
}

function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => `${' '.repeat(by)}${line}`)
}
