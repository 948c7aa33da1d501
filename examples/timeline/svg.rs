//! Draws a story as an SVG: every call's life above, the rate against the limit
//! below.

use std::fmt::Write as _;

use crate::story::{Kind, Life, Story};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 112.0;
const RIGHT: f64 = 24.0;
const HEAD: f64 = 84.0;
const ROW: f64 = 22.0;
const BAR: f64 = 12.0;
const RATE: f64 = 96.0;
const GAP: f64 = 44.0;
const FOOT: f64 = 34.0;

/// Colours that are told apart with any eyesight, on light and on dark.
const STYLE: &str = "\
svg { color-scheme: light dark; font: 12px system-ui, sans-serif; }\n\
.page { fill: #fcfcfb; } .text { fill: #0b0b0b; } .soft { fill: #52514e; }\n\
.title { font-size: 15px; font-weight: 600; }\n\
.grid { stroke: #e4e3df; } .axis { stroke: #898781; }\n\
.closed { fill: #e34948; opacity: .12; } .limit { stroke: #e34948; stroke-dasharray: 5 4; }\n\
.waiting { fill: #d3d2cd; } .attempt { fill: #2a78d6; } .backoff { fill: #eda100; }\n\
.requeued { fill: #4a3aa7; } .held { fill: #008300; } .rate { fill: #2a78d6; opacity: .85; }\n\
.good { fill: #008300; } .bad { fill: #e34948; }\n\
@media (prefers-color-scheme: dark) {\n\
.page { fill: #1a1a19; } .text { fill: #ffffff; } .soft { fill: #c3c2b7; }\n\
.grid { stroke: #2c2c2a; } .axis { stroke: #898781; } .waiting { fill: #4a4944; }\n\
.attempt, .rate { fill: #3987e5; } .backoff { fill: #c98500; } .requeued { fill: #9085e9; }\n\
.closed, .bad { fill: #e66767; } .limit { stroke: #e66767; } .good, .held { fill: #35a035; }\n\
}\n";

impl Kind {
    const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Attempt,
        Self::Backoff,
        Self::Requeued,
        Self::Held,
    ];

    const fn class(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Attempt => "attempt",
            Self::Backoff => "backoff",
            Self::Requeued => "requeued",
            Self::Held => "held",
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Waiting => "waits for a slot",
            Self::Attempt => "attempt",
            Self::Backoff => "growing delay",
            Self::Requeued => "back of the queue",
            Self::Held => "waits for credentials",
        }
    }
}

/// The picture of a story. The same story always gives the same text.
pub(crate) fn draw(story: &Story) -> String {
    let picture = Picture {
        story,
        scale: (WIDTH - LEFT - RIGHT) / story.end.max(1e-9),
        bottom: HEAD + ROW * story.calls.len() as f64,
    };
    picture.draw()
}

struct Picture<'a> {
    story: &'a Story,
    /// Pixels for a second.
    scale: f64,
    /// Below the last call.
    bottom: f64,
}

impl Picture<'_> {
    fn draw(&self) -> String {
        let height = self.bottom + GAP + RATE + FOOT;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             role=\"img\" aria-label=\"{}\">\n<style>\n{STYLE}</style>\n\
             <rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\" rx=\"8\"/>\n",
            escaped(&self.story.title),
        );
        let _ = writeln!(
            svg,
            "<text class=\"text title\" x=\"16\" y=\"28\">{}</text>",
            escaped(&self.story.title)
        );
        self.legend(&mut svg);
        self.closed(&mut svg);
        self.axis(&mut svg);
        for (row, life) in self.story.calls.iter().enumerate() {
            self.life(&mut svg, row, life);
        }
        self.rate(&mut svg);
        svg.push_str("</svg>\n");
        svg
    }

    fn x(&self, seconds: f64) -> f64 {
        LEFT + seconds.clamp(0.0, self.story.end) * self.scale
    }

    /// Only of what occurs.
    fn legend(&self, svg: &mut String) {
        let occurs = |kind: &Kind| {
            let mut pieces = self.story.calls.iter().flat_map(|life| &life.pieces);
            pieces.any(|piece| piece.kind == *kind)
        };
        let mut entries: Vec<_> = Kind::ALL
            .into_iter()
            .filter(occurs)
            .map(|kind| (kind.class(), kind.meaning()))
            .collect();
        if !self.story.closed.is_empty() {
            entries.push(("closed", "the gate is closed"));
        }
        let mut x = 16.0;
        for (class, meaning) in entries {
            let _ = writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{x}\" y=\"44\" width=\"{BAR}\" height=\"{BAR}\" rx=\"3\"/>\
                 <text class=\"soft\" x=\"{}\" y=\"54\">{meaning}</text>",
                x + 18.0
            );
            x += 34.0 + 6.6 * meaning.len() as f64;
        }
    }

    fn closed(&self, svg: &mut String) {
        for (from, to) in &self.story.closed {
            let (x, height) = (self.x(*from), self.bottom + GAP + RATE - HEAD);
            let width = self.x(*to) - x;
            let _ = writeln!(
                svg,
                "<rect class=\"closed\" x=\"{x:.1}\" y=\"{HEAD}\" width=\"{width:.1}\" \
                 height=\"{height}\"/>"
            );
        }
    }

    fn axis(&self, svg: &mut String) {
        let (top, foot) = (HEAD - 6.0, self.bottom + GAP + RATE);
        let step = tick(self.story.end);
        let mut at = 0.0;
        while at <= self.story.end {
            let x = self.x(at);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{foot}\"/>\
                 <text class=\"soft\" x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                foot + 18.0,
                in_words(at)
            );
            at += step;
        }
    }

    fn life(&self, svg: &mut String, row: usize, life: &Life) {
        let middle = HEAD + ROW * row as f64 + ROW / 2.0;
        let _ = writeln!(
            svg,
            "<text class=\"soft\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT - 10.0,
            middle + 4.0,
            escaped(&life.name)
        );
        for piece in &life.pieces {
            let x = self.x(piece.from);
            // An attempt of no time is seen all the same.
            let least = if piece.kind == Kind::Attempt {
                3.0
            } else {
                0.0
            };
            let width = (self.x(piece.to) - x).max(least);
            if width <= 0.0 {
                continue;
            }
            let height = match piece.kind {
                Kind::Attempt => BAR + 4.0,
                _ => BAR / 2.0,
            };
            let _ = writeln!(
                svg,
                "<rect class=\"{}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" \
                 height=\"{height}\" rx=\"2\"/>",
                piece.kind.class(),
                middle - height / 2.0
            );
        }
        if let Some((at, is_good)) = life.answer {
            self.answer(svg, self.x(at) + 6.0, middle, is_good);
        }
    }

    /// A dot is an answer, a cross an error.
    fn answer(&self, svg: &mut String, x: f64, y: f64, is_good: bool) {
        let _ = if is_good {
            writeln!(
                svg,
                "<circle class=\"good\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"
            )
        } else {
            writeln!(
                svg,
                "<path class=\"bad\" d=\"M{:.1} {:.1}l2 -2 3 3 3 -3 2 2 -3 3 3 3 -2 2 -3 -3 -3 3 \
                 -2 -2 3 -3z\"/>",
                x - 5.0,
                y - 3.0
            )
        };
    }

    /// How many attempts started in the window that ends at each moment.
    fn rate(&self, svg: &mut String) {
        let (window, limit) = self.story.limit;
        let foot = self.bottom + GAP + RATE;
        let highest = self.highest().max(limit) as f64 * 1.15;
        let y = |count: f64| foot - RATE * count / highest;
        let mut path = format!("M{:.1} {foot}", self.x(0.0));
        for at in self.changes() {
            // Just before is what no two events are apart.
            let (before, after) = (self.started(at - 1e-3), self.started(at));
            let x = self.x(at);
            let _ = write!(
                path,
                "L{x:.1} {:.1}L{x:.1} {:.1}",
                y(before as f64),
                y(after as f64)
            );
        }
        let last = y(self.started(self.story.end) as f64);
        let end = self.x(self.story.end);
        let _ = write!(path, "L{end:.1} {last:.1}L{end:.1} {foot}Z");
        let _ = writeln!(
            svg,
            "<path class=\"rate\" d=\"{path}\"/>\
             <line class=\"limit\" x1=\"{LEFT}\" x2=\"{end:.1}\" y1=\"{0:.1}\" y2=\"{0:.1}\"/>\
             <line class=\"axis\" x1=\"{LEFT}\" x2=\"{end:.1}\" y1=\"{foot}\" y2=\"{foot}\"/>\
             <text class=\"soft\" x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">limit {limit}</text>\
             <text class=\"soft\" x=\"{LEFT}\" y=\"{3}\">attempts in the last {4}</text>",
            y(f64::from(limit)),
            LEFT - 10.0,
            y(f64::from(limit)) + 4.0,
            self.bottom + GAP - 10.0,
            in_words(window),
        );
    }

    fn started(&self, at: f64) -> u32 {
        let window = self.story.limit.0;
        let starts = self.story.starts.iter();
        starts
            .filter(|start| **start <= at && at - **start < window - 1e-6)
            .count() as u32
    }

    /// The moments at which the count changes, in order.
    fn changes(&self) -> Vec<f64> {
        let window = self.story.limit.0;
        let ends = self.story.starts.iter().map(|start| start + window);
        let mut changes: Vec<_> = self.story.starts.iter().copied().chain(ends).collect();
        changes.retain(|at| *at <= self.story.end);
        changes.sort_by(f64::total_cmp);
        changes
    }

    fn highest(&self) -> u32 {
        let counts = self.story.starts.iter().map(|start| self.started(*start));
        counts.max().unwrap_or(0)
    }
}

/// A round distance between the marks of the axis, of which there are about ten.
fn tick(end: f64) -> f64 {
    const STEPS: [f64; 12] = [
        0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0,
    ];
    let fits = STEPS.into_iter().find(|step| end / step <= 12.0);
    fits.unwrap_or(86_400.0)
}

fn in_words(seconds: f64) -> String {
    match seconds {
        0.0 => "0".to_owned(),
        s if s >= 3_600.0 && s % 3_600.0 == 0.0 => format!("{} h", s / 3_600.0),
        s if s >= 120.0 && s % 60.0 == 0.0 => format!("{} min", s / 60.0),
        s if s >= 120.0 => format!("{:.1} min", s / 60.0),
        s => format!("{s} s"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::Piece;

    fn story() -> Story {
        let piece = |kind, from, to| Piece { kind, from, to };
        Story {
            title: "a < b & \"c\"".to_owned(),
            end: 100.0,
            calls: vec![Life {
                name: "call <1>".to_owned(),
                pieces: vec![
                    piece(Kind::Waiting, 0.0, 10.0),
                    piece(Kind::Attempt, 10.0, 10.0),
                ],
                answer: Some((10.0, false)),
            }],
            closed: vec![(20.0, 50.0)],
            starts: vec![10.0, 15.0, 60.0],
            limit: (10.0, 2),
        }
    }

    #[test]
    fn texts_are_escaped_and_what_does_not_occur_is_not_explained() {
        let svg = draw(&story());
        assert!(svg.contains("a &lt; b &amp; &quot;c&quot;"));
        assert!(!svg.contains("call <1>"));
        assert!(svg.contains("the gate is closed") && !svg.contains("growing delay"));
    }

    #[test]
    fn an_attempt_of_no_time_is_seen() {
        let svg = draw(&story());
        let attempt = svg
            .lines()
            .find(|line| line.contains("class=\"attempt\" x=\"194"));
        assert!(attempt.unwrap().contains("width=\"3.0\""), "{svg}");
    }

    #[test]
    fn the_window_of_the_rate_is_open_at_its_end() {
        let story = story();
        let picture = Picture {
            story: &story,
            scale: 1.0,
            bottom: 0.0,
        };
        let counts = [9.9, 10.0, 15.0, 19.9, 20.0, 25.0].map(|at| picture.started(at));
        assert_eq!(counts, [0, 1, 2, 2, 1, 0]);
    }

    #[test]
    fn the_axis_has_round_steps() {
        assert_eq!([9.0, 100.0, 1_300.0].map(tick), [1.0, 10.0, 120.0]);
        assert_eq!(
            [45.0, 150.0, 7_200.0].map(in_words),
            ["45 s", "2.5 min", "2 h"]
        );
    }
}
