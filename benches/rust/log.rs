//! Spikes from one core to another over the log, on one thread, beside the limit: the same ids copied in and out of
//! plain memory. An element is a spike.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use spikecore::bench::Wire;

fn log(c: &mut Criterion) {
    let mut group = c.benchmark_group("log");
    for spikes in [1, 16, 256, 4_096] {
        let ids: Vec<u32> = (0..spikes).map(|k| k * 3).collect();
        let mut received = Vec::with_capacity(ids.len());
        group.throughput(Throughput::Elements(u64::from(spikes)));
        let mut wire = Wire::new(ids.len(), 5).expect("enough room");
        group.bench_with_input(BenchmarkId::new("wire", spikes), &ids, |b, ids| {
            b.iter(|| {
                received.clear();
                wire.pass(ids, |ids| received.extend_from_slice(ids));
                assert_eq!(received.len(), ids.len());
            });
        });
        let mut between = Vec::with_capacity(ids.len());
        group.bench_with_input(BenchmarkId::new("copy", spikes), &ids, |b, ids| {
            b.iter(|| {
                between.clear();
                received.clear();
                between.extend_from_slice(std::hint::black_box(ids));
                received.extend_from_slice(std::hint::black_box(&between));
                assert_eq!(received.len(), ids.len());
            });
        });
    }
    group.finish();
}

criterion_group!(benches, log);
criterion_main!(benches);
