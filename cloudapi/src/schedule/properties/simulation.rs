//! A world in virtual time, driven as the engine does: the scheduler is polled
//! until it has nothing more to say after whatever happens, and when the time
//! comes that it asked to be woken at, or later.

use std::collections::BTreeMap;

use super::super::{Action, Asked, CallId, LaneId, Scheduler, Time, Verdict};
use super::store::{Answer, Model, Question};
use super::world::{Event, Reply, Story, World};

/// Tells also how many slots the store has given.
pub(super) fn run(world: &World) -> (Story, usize) {
    let mut run = Run::new(world);
    while run.step() || run.give_up() {}
    let given = run.store.as_ref().map_or(0, |store| store.given);
    (run.end(), given)
}

#[derive(Clone, Copy, Debug)]
enum Todo {
    Arrive,
    Cancel,
    Answer(CallId, Verdict),
    /// A question is at the store, and its answer here.
    Reach(Question),
    Hear(Question, Answer),
}

/// What happens to no call.
const NOBODY: usize = usize::MAX;

struct Run<'a> {
    world: &'a World,
    scheduler: Scheduler<usize>,
    now: Time,
    todo: BTreeMap<(Time, usize), (usize, Todo)>,
    number: usize,
    turns: usize,
    ids: Vec<Option<CallId>>,
    attempts: Vec<usize>,
    ended: Vec<bool>,
    story: Story,
    store: Option<Model>,
}

impl<'a> Run<'a> {
    fn new(world: &'a World) -> Self {
        let mut scheduler = Scheduler::new(world.gate.clone());
        for (rates, lane) in world.lanes.iter().zip(1..) {
            assert_eq!(scheduler.add_lane(rates), LaneId(lane));
        }
        let mut run = Self {
            world,
            scheduler,
            now: Time::ZERO,
            todo: BTreeMap::new(),
            number: 0,
            turns: 0,
            ids: vec![None; world.calls.len()],
            attempts: vec![0; world.calls.len()],
            ended: vec![false; world.calls.len()],
            story: Story(Vec::new()),
            store: None,
        };
        if let Some(script) = &world.store {
            run.scheduler.set_share(Some(script.down), Time::ZERO);
            run.store = Some(Model::new(script, &world.rates, &world.lanes));
        }
        for (call, script) in world.calls.iter().enumerate() {
            run.later(script.arrives, call, Todo::Arrive);
            run.later(script.cancelled, call, Todo::Cancel);
        }
        run
    }

    fn later(&mut self, at: Time, call: usize, todo: Todo) {
        if at < Time::NEVER {
            self.number += 1;
            self.todo.insert((at, self.number), (call, todo));
        }
    }

    fn note(&mut self, call: usize, event: Event) {
        assert!(!self.ended[call], "{event:?} after the end of call {call}");
        self.ended[call] = event.is_an_end();
        self.story.0.push((self.now, call, event));
        assert!(self.story.0.len() < 1_000_000, "there is no end to it");
    }

    /// The next thing that happens; false if nothing ever will.
    fn step(&mut self) -> bool {
        let event = self.todo.first_key_value().map(|first| first.0.0);
        let wake = self.scheduler.next_wake();
        let late = &self.world.lateness;
        let late = late.get(self.turns % late.len().max(1)).unwrap_or(&0);
        let timer = wake.map(|wake| wake.after_nanos(*late));
        let Some(next) = event.into_iter().chain(timer).min() else {
            return false;
        };
        self.nothing_happens_before(wake.map_or(next, |wake| wake.min(next)));
        self.now = next;
        if event == Some(next) {
            let (_, (call, todo)) = self.todo.pop_first().unwrap();
            self.act(call, todo);
        } else {
            self.turns += 1;
        }
        self.gather();
        true
    }

    fn nothing_happens_before(&mut self, next: Time) {
        let wake = self.scheduler.next_wake();
        let last = next.before_nanos(1);
        let middle = self.now.after(last.since(self.now) / 2);
        for between in [middle, last] {
            if between > self.now {
                assert_eq!(self.scheduler.poll(between), None);
                assert_eq!(self.scheduler.next_wake(), wake);
            }
        }
    }

    fn act(&mut self, call: usize, todo: Todo) {
        match todo {
            Todo::Arrive if self.ended[call] => {}
            Todo::Arrive => {
                let joining = self.world.calls[call].joining();
                match self.scheduler.submit(call, joining, self.now) {
                    Err(refusal) => self.note(call, Event::TurnedAway(refusal)),
                    Ok(id) => {
                        self.ids[call] = Some(id);
                        self.note(call, Event::Submitted);
                    }
                }
            }
            Todo::Cancel => {
                let Some(id) = self.ids[call] else { return };
                let still_known = (!self.ended[call]).then_some(call);
                assert_eq!(self.scheduler.cancel(id), still_known);
                if still_known.is_some() {
                    self.note(call, Event::Cancelled);
                }
            }
            Todo::Answer(id, verdict) => {
                let terms = &self.world.terms;
                let next = self.scheduler.finish(id, verdict, terms, self.now);
                assert_eq!(next.is_none(), self.ended[call], "call {call}");
                if let Some(next) = next {
                    self.note(call, Event::Answered(verdict, next));
                }
            }
            Todo::Reach(question) => {
                let store = self.store.as_mut().unwrap();
                let (at, answer) = store.reached(question, self.now);
                self.later(at, NOBODY, Todo::Hear(question, answer));
            }
            Todo::Hear(question, answer) => self.hear(question, answer),
        }
    }

    fn hear(&mut self, question: Question, answer: Answer) {
        let now = self.now;
        let store = self.store.as_mut().unwrap();
        let sent = store.heard(question, answer, now);
        match answer {
            Answer::Slot(grant) => self.scheduler.granted(grant, sent, now),
            Answer::Gate(closed) => self.scheduler.checked(closed, now),
            Answer::Failed => self.scheduler.store_failed(true, now),
        }
    }

    fn ask(&mut self, asked: Asked) {
        let store = self.store.as_mut().expect("a store to ask");
        let (at, question) = store.ask(asked, self.now);
        self.later(at, NOBODY, Todo::Reach(question));
    }

    fn gather(&mut self) {
        while let Some(action) = self.scheduler.poll(self.now) {
            match action {
                Action::Refuse(call, refusal) => self.note(call, Event::Refused(refusal)),
                Action::Ask(asked) => self.ask(asked),
                Action::Start(id, call) => {
                    assert_eq!(self.ids[call], Some(id));
                    self.note(call, Event::Started);
                    if let Some(store) = &mut self.store {
                        store.started(LaneId(self.world.calls[call].lane), self.now);
                    }
                    self.answer(call, id);
                }
            }
        }
        let wake = self.scheduler.next_wake();
        assert!(wake.is_none_or(|wake| wake > self.now), "a busy loop");
        self.no_more_are_in_than_may();
    }

    /// What has been tried is in already, and may come back to a queue that is full.
    fn no_more_are_in_than_may(&self) {
        let maximum = self.world.gate.room.maximum;
        if maximum == u32::MAX {
            return;
        }
        let look = self.scheduler.look(self.now);
        let calls = self.attempts.iter().zip(&self.ended);
        let tried = calls.filter(|(attempts, ended)| **attempts > 0 && !**ended);
        let tried = tried.count() - look.in_flight;
        let new = look.in_line + look.held + look.backing_off - tried;
        assert!(new <= maximum as usize, "{new} of {maximum} places");
    }

    fn answer(&mut self, call: usize, id: CallId) {
        let replies = &self.world.calls[call].replies;
        let reply = replies.get(self.attempts[call]).copied();
        let reply = reply.unwrap_or(Reply::at_once(Verdict::Done));
        self.attempts[call] += 1;
        if self.world.is_out(self.now) {
            let verdict = Verdict::Unreachable { again: true };
            let at = self.now.after_nanos(reply.latency.unwrap_or(0));
            self.later(at, call, Todo::Answer(id, verdict));
            return;
        }
        if let Some(latency) = reply.latency {
            let at = self.now.after_nanos(latency);
            self.later(at, call, Todo::Answer(id, reply.verdict));
        }
    }

    /// When nothing else happens any more, the caller of a call that hangs
    /// gives up; false if there is none.
    fn give_up(&mut self) -> bool {
        let hangs = |call: &usize| {
            !self.ended[*call]
                && self
                    .story
                    .of(*call)
                    .last()
                    .is_some_and(|line| line.1 == Event::Started)
        };
        let Some(call) = (0..self.ended.len()).find(hangs) else {
            return false;
        };
        self.act(call, Todo::Cancel);
        self.gather();
        true
    }

    fn end(self) -> Story {
        assert!(
            self.ended.iter().all(|ended| *ended),
            "a call was forgotten"
        );
        assert!(self.scheduler.is_empty());
        assert_eq!(self.scheduler.leftovers(), 0);
        self.story
    }
}
