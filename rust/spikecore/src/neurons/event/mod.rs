//! Event-driven neurons: stepped where input arrives or where they could fire without, and moved on in closed form over the
//! ticks between.

pub mod advance;
pub mod alarms;
pub mod blocks;
pub mod digits;
pub mod flow;
pub mod lanes;
pub mod rounds;
pub mod single;
