//! Work that is spread over the cores of the machine.
use std::thread;

/// Items for which another thread is not worth its start.
const SMALLEST_SHARE: usize = 8;

/// What `work` makes of each item, in their order: a start is not to wait for one core to read hundreds of schemas.
pub(super) fn on_all<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(SMALLEST_SHARE);
    let work = |items: &[T]| items.iter().map(&work).collect::<Vec<_>>();
    thread::scope(|scope| {
        let mut shares = items.chunks(share);
        let own = shares.next().unwrap_or_default();
        let others: Vec<_> = shares
            .map(|share| {
                let worker = thread::Builder::new().spawn_scoped(scope, || work(share));
                (share, worker)
            })
            .collect();
        let mut done = work(own);
        for (share, worker) in others {
            // Where the system gives no thread, this one does the work.
            let of_worker = worker.ok().and_then(|worker| worker.join().ok());
            done.extend(of_worker.unwrap_or_else(|| work(share)));
        }
        done
    })
}
