import type { WatchEvent } from '../../watch/watchEvents.ts'
import { PLAIN } from '../format/style.ts'
import { watchText } from '../watchText.ts'
import { appliedEvents, applyEvent } from './jsonApply.ts'
import { type Body, diagnostic } from './jsonParts.ts'
import { planEvents } from './jsonPlan.ts'

/** What a daemon does and finds as events: plans, problems and applies as other commands tell them, all else as remarks. */
export function watchEvents(event: WatchEvent): Body[] {
  switch (event.type) {
    case 'watch_plan':
      return planEvents(event.plan)
    case 'watch_problems':
      return event.problems.map(diagnostic)
    case 'watch_applied':
      return appliedEvents(event)
    case 'watch_start':
    case 'watch_settings':
    case 'watch_triggered':
    case 'watch_clear':
    case 'watch_stopping':
      return remark(event, 'info')
    case 'watch_left_out':
    case 'watch_paused':
      return remark(event, 'warn')
    case 'watch_stopped':
      return remark(event, event.abandonedStep ? 'warn' : 'info')
    default:
      return [applyEvent(event)]
  }
}

function remark(event: WatchEvent, level: 'info' | 'warn'): Body[] {
  const message = watchText(event, PLAIN)
  return message === undefined ? [] : [{ level, message, type: 'log' }]
}
