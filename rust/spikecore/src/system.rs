//! What the system says of memory.

/// Bytes that this process may still allocate: the least of free memory, the control group's and the process's
/// limits, times 0.9; `SPIKECORE_MEMORY_LIMIT` (bytes) overrides, and text that is no number counts as 0 so that it
/// is noticed. Unlimited where nothing can be read.
pub fn available_memory() -> u64 {
    if let Ok(limit) = std::env::var("SPIKECORE_MEMORY_LIMIT") {
        return limit.parse().unwrap_or(0);
    }
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let free = system_bytes("/proc/meminfo", "MemAvailable:");
    let group = || {
        let max = read("/sys/fs/cgroup/memory.max")?.trim().parse::<u64>().ok()?;
        let used = read("/sys/fs/cgroup/memory.current")?.trim().parse::<u64>().ok()?;
        Some(max.saturating_sub(used))
    };
    let address_space = || {
        let limits = read("/proc/self/limits")?;
        let max = limits.lines().find(|l| l.starts_with("Max address space"))?.split_whitespace().nth(3)?.parse::<u64>().ok()?;
        Some(max.saturating_sub(system_bytes("/proc/self/status", "VmSize:")?))
    };
    let least = [free, group(), address_space()].into_iter().flatten().min();
    least.map_or(u64::MAX, |bytes| bytes / 10 * 9)
}

/// What the system says in `file` behind `name`, in bytes; it gives kB, whatever the size of a page.
pub(crate) fn system_bytes(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let mut words = text.lines().find(|line| line.starts_with(name))?.split_whitespace().skip(1);
    let kilobytes = words.next()?.parse::<u64>().ok()?;
    (words.next()? == "kB").then_some(kilobytes * 1024)
}

#[cfg(all(test, target_os = "linux", not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_how_much_memory_is_used() {
        let status = |name: &str| system_bytes("/proc/self/status", name);
        let before = status("VmSize:").unwrap();
        let large = vec![1u8; 64 << 20];
        let (size, resident) = (status("VmSize:").unwrap(), status("VmRSS:").unwrap());
        assert!(std::hint::black_box(&large).len() as u64 <= resident && resident <= size, "{resident} of {size} bytes");
        assert!(size >= before + (32 << 20), "{before} bytes, then {size}");
        assert!(system_bytes("/proc/meminfo", "MemAvailable:").unwrap() > 0);
        assert_eq!((status("VmNothing:"), status("Threads:"), system_bytes("/proc/nothing", "VmRSS:")), (None, None, None));
    }
}
