//! A chart: horizontal bars with their figures, readable on light and dark pages.

use std::fmt::Write as _;

use crate::servers::database::Engine;

/// What a bar stands for, shown by its colour besides its label.
#[derive(Clone, Copy, Debug)]
pub enum Tone {
    Bare,
    Sqlite,
    Postgres,
    Peer,
}

impl Tone {
    pub fn of(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite,
            Engine::Postgres => Self::Postgres,
        }
    }
}

#[derive(Debug)]
pub struct Bar {
    pub label: String,
    pub value: f64,
    pub tone: Tone,
}

#[derive(Debug)]
pub struct Chart {
    pub title: String,
    pub unit: &'static str,
    pub decimals: usize,
    pub bars: Vec<Bar>,
    /// A line across the bars that none should cross.
    pub aim: Option<f64>,
}

/// The chart's measures, in pixels.
const WIDTH: f64 = 900.0;
const LEFT: f64 = 400.0;
const RIGHT: f64 = 90.0;
const TOP: f64 = 56.0;
const STEP: f64 = 24.0;
const BAR: f64 = 15.0;
const BOTTOM: f64 = 34.0;

const STYLE: &str = "\
text { font: 13px system-ui, sans-serif; fill: #1f2328; } .title { font-weight: 600; font-size: 15px; } \
.small { font-size: 11px; fill: #59636e; } .label { text-anchor: end; } .aim { stroke: #bc4c00; stroke-dasharray: 4 3; } \
.bare { fill: #8c959f; } .sqlite { fill: #0969da; } .postgres { fill: #1a7f37; } .peer { fill: #9a6700; } \
.ground { fill: #ffffff; } .value { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; } \
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .small { fill: #9198a1; } .ground { fill: #0d1117; } \
.aim { stroke: #f0883e; } .bare { fill: #6e7681; } .sqlite { fill: #4493f8; } .postgres { fill: #3fb950; } \
.peer { fill: #d29922; } .value { stroke: #0d1117; } }";

impl Chart {
    /// The chart as SVG; the note says where the figures are from.
    pub fn svg(&self, note: &str) -> String {
        let count = f64::from(u32::try_from(self.bars.len()).unwrap_or(u32::MAX));
        let bottom = TOP + count * STEP;
        let height = bottom + BOTTOM;
        let most = self.bars.iter().map(|bar| bar.value).chain(self.aim).fold(f64::MIN_POSITIVE, f64::max);
        let width = |value: f64| value / most * (WIDTH - LEFT - RIGHT);
        let title = escape(&self.title);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n<style>{STYLE}</style>\n\
             <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\" rx=\"6\"/>\n\
             <text class=\"title\" x=\"16\" y=\"26\">{title}</text>\n\
             <text class=\"small\" x=\"16\" y=\"44\">{}</text>\n",
            escape(self.unit)
        );
        let mut y = TOP;
        // Drawn after the aim's line, which must not cross the text.
        let mut values = String::new();
        for Bar { label, value, tone } in &self.bars {
            let class = match tone {
                Tone::Bare => "bare",
                Tone::Sqlite => "sqlite",
                Tone::Postgres => "postgres",
                Tone::Peer => "peer",
            };
            let (label, wide, decimals) = (escape(label), width(*value), self.decimals);
            let (text, end) = (y + 12.0, LEFT + wide + 6.0);
            let _ = writeln!(
                svg,
                "<text class=\"label\" x=\"{}\" y=\"{text}\">{label}</text>\
                 <rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{wide:.1}\" height=\"{BAR}\" rx=\"2\"/>",
                LEFT - 8.0
            );
            let _ = writeln!(
                values,
                "<text class=\"value\" x=\"{end:.1}\" y=\"{text}\">{value:.decimals$}</text>"
            );
            y += STEP;
        }
        if let Some(aim) = self.aim {
            let x = LEFT + width(aim);
            // To the left of the line, where there is room for any aim.
            let _ = writeln!(
                svg,
                "<line class=\"aim\" x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>\
                 <text class=\"small label\" x=\"{:.1}\" y=\"{}\">aim: at most {aim}</text>",
                TOP - 16.0,
                x - 5.0,
                TOP - 7.0
            );
        }
        let _ = write!(
            svg,
            "{values}<text class=\"small\" x=\"16\" y=\"{}\">{}</text>\n</svg>\n",
            height - 12.0,
            escape(note)
        );
        svg
    }
}

/// A text as XML takes it, between tags and in attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_chart_and_the_others_are_in_proportion() {
        let bar = |label: &str, value| Bar { label: label.to_owned(), value, tone: Tone::Bare };
        let chart = Chart {
            title: "A & B".to_owned(),
            unit: "ms",
            decimals: 1,
            bars: vec![bar("<a>", 10.0), bar("b", 5.0)],
            aim: None,
        };
        let svg = chart.svg("today");
        assert!(svg.contains("aria-label=\"A &amp; B\"") && svg.contains("&lt;a&gt;</text>"));
        assert!(svg.contains("width=\"410.0\"") && svg.contains("width=\"205.0\""), "{svg}");
    }
}
