//! Figures beside their targets, as a table in Markdown.

/// What a figure is measured against.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// It should not be more.
    AtMost(f64),
    /// It should not be less.
    AtLeast(f64),
    /// It is there to compare with.
    None,
}

/// A table that is printed line by line.
#[derive(Debug)]
pub struct Report(());

impl Report {
    /// Begins the table.
    pub fn new(title: &str) -> Self {
        println!("\n### {title}\n");
        println!("| figure | measured | target | |");
        println!("| --- | --- | --- | --- |");
        Self(())
    }

    /// A line of it: the value decides whether the target is met, and
    /// `measured` is what is shown.
    pub fn line(&mut self, figure: &str, value: f64, measured: &str, target: Target) {
        let (wanted, met) = match target {
            Target::AtMost(most) => (format!("at most {most}"), Some(value <= most)),
            Target::AtLeast(least) => (format!("at least {least}"), Some(value >= least)),
            Target::None => (String::new(), None),
        };
        let met = match met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        };
        println!("| {figure} | {measured} | {wanted} | {met} |");
    }
}
