//! What was measured, as figures: samples, tables, charts and the page.

pub mod chart;
pub mod machine;
pub mod measure;
pub mod report;
pub mod stats;
