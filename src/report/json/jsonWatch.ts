import type { WatchEvent } from '../../watch/watchEvents.ts'
import { PLAIN } from '../format/style.ts'
import { watchText } from '../watchText.ts'
import { appliedEvents, applyEvent } from './jsonApply.ts'
import { diagnostic, type EventBody } from './jsonParts.ts'
import { planEvents } from './jsonPlan.ts'

/** The daemon's events: plans, problems and applies as in other commands, everything else as `log`. */
export function watchEvents(event: WatchEvent): EventBody[] {
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
      return logEvent(event, 'info')
    case 'watch_left_out':
    case 'watch_paused':
      return logEvent(event, 'warn')
    case 'watch_stopped':
      return logEvent(event, event.abandonedStep ? 'warn' : 'info')
    default:
      return [applyEvent(event)]
  }
}

function logEvent(event: WatchEvent, level: 'info' | 'warn'): EventBody[] {
  const message = watchText(event, PLAIN)
  return message === undefined ? [] : [{ level, message, type: 'log' }]
}
