import type { Edit, ObjectGroups } from '../../kinds/kind.ts'
import type { PlannedChange } from '../../plan/plan.ts'
import { kindOf } from '../../values/address.ts'
import { showPointer } from '../../values/factKeys.ts'
import { isFingerprint } from '../../values/fingerprint.ts'
import { canonicalJson, type FactValue, isMap, type Json, pointer, segments } from '../../values/json.ts'
import { clampRoom, type Field, fieldLines, type Layout } from '../format/fieldLines.ts'
import { columns } from '../format/fieldText.ts'
import { type Group, groupByObject, groupSimilar, type ObjectFields } from '../format/groupByObject.ts'
import { shortValue, valueChange } from '../format/valueText.ts'
import { wrapList, wrapSentences } from '../format/wrap.ts'
import { causeText, editSymbol, headline } from './planWords.ts'

const INDENT = 6
const OBJECT_INDENT = 4

/** A paragraph for each change; resources with the same change share one. */
export function changeBlocks(changes: readonly PlannedChange[], layout: Layout): string[] {
  const changeKey = ({ address, action, edits, impact }: PlannedChange) =>
    `${kindOf(address)} ${action} ${editsKey(edits)} ${impact.notes?.join(' ') ?? ''}`
  return groupSimilar(changes, changeKey).map((group) => block(group, layout))
}

/** Equal for edits that print the same, regardless of their origin and author. */
function editsKey(edits: readonly Edit[]): string {
  const side = (value: FactValue | undefined): Json => (isFingerprint(value) ? 'hidden' : ((value ?? null) as Json))
  return canonicalJson(edits.map((edit) => [edit.pointer, side(edit.from), side(edit.to), edit.cause]))
}

function block(group: Group<PlannedChange>, layout: Layout): string {
  const [first] = group
  const isNew = first.action === 'create' || first.action === 'recover'
  const edits = mergeEdits(group.map(({ edits }) => edits))
  const lines = isNew ? creationLines(first.edits, first.objects, layout) : editLines(edits, first.objects, layout)
  const isGroup = group.length > 1
  const names = isGroup ? wrapList(group.map(({ address }) => address).sort(), clampRoom(layout.width - INDENT)) : []
  const notes = (first.impact.notes ?? []).flatMap((note) => wrapSentences(note, layout.width - INDENT))
  const head = headline(first, layout.style, isGroup ? `${group.length} ${kindOf(first.address)}s with the same change` : undefined)
  return [`  ${head}`, ...indented([...names, ...notes, ...lines], INDENT), ''].join('\n')
}

/** One edit for those of a whole group; `and others` if their causes differ. */
function mergeEdits(editLists: readonly (readonly Edit[])[]): readonly AttributedEdit[] {
  const [first = []] = editLists
  return first.map((edit, i) => {
    const others = editLists.some((edits) => causeText(edits[i] as Edit) !== causeText(edit))
    return { ...edit, causeText: `${causeText(edit)}${others ? ' and others' : ''}` }
  })
}

type AttributedEdit = Edit & { readonly causeText: string }

/** A new resource: fields without symbols; keys with hidden values are counted, not listed. */
function creationLines(edits: readonly Edit[], groups: ObjectGroups | undefined, layout: Layout): string[] {
  const hidden = new Map<string, number>()
  for (const edit of groupByObject(edits, groups).own.filter(({ to }) => isFingerprint(to)))
    hidden.set(parentOf(edit), (hidden.get(parentOf(edit)) ?? 0) + 1)
  // Of a new resource, what is off or empty is not worth a line.
  const stated = edits.filter((edit) => !isFingerprint(edit.to) && edit.to !== false && !isMap(edit.to))
  const { own, objects } = groupByObject(stated, groups)
  const widest = Math.max(0, ...own.map((edit) => showPointer(edit.pointer).length))
  const room = clampRoom(layout.width - INDENT - widest - 2)
  const values = own.map((edit) => [showPointer(edit.pointer), shortValue(edit.to, room)] as const)
  const hiddenCounts = [...hidden].map(([parent, count]) => [parent, `${count} values, hidden`] as const)
  const objectCount = objects.length === 0 ? [] : [['objects', `${objects.length} objects`] as const]
  return columns([...values, ...hiddenCounts, ...objectCount].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function editLines(edits: readonly AttributedEdit[], groups: ObjectGroups | undefined, layout: Layout): string[] {
  const { own, objects } = groupByObject(edits, groups)
  const similar = groupSimilar(objects, ({ name, fields, isWhole }) => (isWhole ? name : editsKey(fields)))
  return [...editColumns(own, layout, INDENT), ...similar.flatMap((group) => objectLines(group, groups?.undeclared, layout))]
}

function editColumns(edits: readonly AttributedEdit[], layout: Layout, indent: number): string[] {
  const field = (edit: AttributedEdit): Field => ({
    symbol: editSymbol(edit, layout.style),
    name: showPointer(edit.pointer),
    value: (room) => change(edit, room, layout),
    remark: edit.causeText,
  })
  return fieldLines(edits.map(field), layout, indent)
}

/** An object that is created or deleted as a whole is one line. */
function objectLines(group: Group<ObjectFields<AttributedEdit>>, undeclared: string | undefined, layout: Layout): string[] {
  const [{ name, fields: edits, isWhole }] = group
  const { style, width } = layout
  if (isWhole) {
    const [first] = edits as [AttributedEdit, ...AttributedEdit[]]
    const status = first.from === undefined ? 'missing' : undeclared
    return [`${editSymbol(first, style)} ${style.strong(name)}  (${status})  ${style.faint(`# ${first.causeText}`)}`]
  }
  const isGroup = group.length > 1
  const names = isGroup ? wrapList(group.map((object) => object.name).sort(), clampRoom(width - INDENT - OBJECT_INDENT)) : []
  const head = `${style.changed('~')} ${style.strong(isGroup ? `${group.length} objects with the same change` : name)}`
  const lines = editColumns(mergeEdits(group.map(({ fields }) => fields)), layout, INDENT + OBJECT_INDENT)
  return [head, ...indented([...names, ...lines], OBJECT_INDENT)]
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
