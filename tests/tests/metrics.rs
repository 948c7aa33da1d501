//! What goes to the `metrics` facade.

use std::collections::BTreeMap;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

#[rest_api(
    baseurl = "https://metrics.test/v2/",
    callrateperhour = 3600,
    bearer = "{token}",
    maximum_geometric_delay_multiplications = 1
)]
#[derive(Clone)]
struct Api {
    token: Secret,
}

impl Api {
    #[get("things/{id}")]
    fn get(&self, id: u64) -> Call<String>;
    #[post("things")]
    fn post(&self) -> Call<String>;
}

/// The value of each metric, by its name and labels as text.
type Metrics = BTreeMap<String, DebugValue>;

/// The metrics of a world, as they are once `work` is over.
fn measured<F: Future>(
    answer: impl FnMut(&Sent) -> Reply + Send + 'static,
    work: impl FnOnce(Api, Simulation) -> F,
) -> Metrics {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        let api = Api::builder()
            .token("s3cr3t".into())
            .simulation(&simulation)
            .transport(server)
            .build()
            .unwrap();
        simulation.run(work(api, simulation.clone()));
    });
    let all = snapshotter.snapshot().into_vec().into_iter();
    all.map(|(key, _, _, value)| {
        let labels = key.key().labels();
        let mut labels: Vec<_> = labels
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        labels.sort();
        (format!("{} {}", key.key().name(), labels.join(" ")), value)
    })
    .collect()
}

const GET: &str = "http.request.method=GET";
const THINGS: &str = "server.address=metrics.test url.template=things/{id}";

#[test]
fn attempts_and_calls_are_counted_by_endpoint_and_outcome() {
    let metrics = measured(
        |sent| match sent.number {
            0..2 => Reply::status(500).after(Duration::from_millis(250)),
            2 => Reply::status(429).header("Retry-After", "7"),
            4 => Reply::failure(cloudapi::Failure::Interrupted),
            _ => Reply::text("fine").after(Duration::from_millis(100)),
        },
        |api, _| async move {
            api.get(7).await.unwrap();
            api.post().await.unwrap_err();
        },
    );
    let shown = format!("{metrics:?}");
    assert!(
        !shown.contains("s3cr3t") && !shown.contains("things/7"),
        "{shown}"
    );

    let counter = |name: &str| match metrics.get(name) {
        Some(DebugValue::Counter(value)) => *value,
        other => panic!("{name}: {other:?} in {metrics:#?}"),
    };
    assert_eq!(counter(&format!("cloudapi.attempts {GET} {THINGS}")), 4);
    assert_eq!(counter(&format!("cloudapi.retries {GET} {THINGS}")), 1);
    assert_eq!(counter(&format!("cloudapi.requeues {GET} {THINGS}")), 1);
    assert_eq!(counter(&format!("cloudapi.throttles {GET} {THINGS}")), 1);
    let done = format!("cloudapi.calls {GET} outcome=done {THINGS}");
    assert_eq!(counter(&done), 1);
    let post = "http.request.method=POST";
    let unknown = format!(
        "cloudapi.calls {post} outcome=unknown_outcome server.address=metrics.test url.template=things"
    );
    assert_eq!(counter(&unknown), 1);

    let durations =
        |labels: &str| match metrics.get(&format!("http.client.request.duration {labels}")) {
            Some(DebugValue::Histogram(values)) => {
                values.iter().map(|value| value.0).collect::<Vec<_>>()
            }
            other => panic!("{labels}: {other:?} in {metrics:#?}"),
        };
    let status = "http.response.status_code";
    assert_eq!(
        durations(&format!("error.type=500 {GET} {status}=500 {THINGS}")),
        [0.25, 0.25]
    );
    assert_eq!(durations(&format!("{GET} {status}=200 {THINGS}")), [0.1]);
    assert_eq!(
        durations(&format!(
            "error.type=interrupted {post} server.address=metrics.test url.template=things"
        )),
        [0.0]
    );
}

#[test]
fn the_gauges_say_who_waits_and_come_back_to_zero() {
    let gauge = |metrics: &Metrics, name: &str| match metrics.get(name) {
        Some(DebugValue::Gauge(value)) => value.0,
        other => panic!("{name}: {other:?} in {metrics:#?}"),
    };
    let waiting = "cloudapi.calls.waiting server.address=metrics.test";
    let in_flight = "cloudapi.attempts.in_flight server.address=metrics.test";
    let spawn_all = |api: &Api| {
        let calls = (0..5).map(|id| {
            let call = api.get(id);
            tokio::spawn(async move {
                let _ = call.await;
            })
        });
        calls.collect::<Vec<_>>()
    };

    let metrics = measured(
        |_| Reply::text("fine").after(Duration::from_secs(2)),
        |api, simulation| async move {
            let calls = spawn_all(&api);
            simulation.sleep(Duration::from_millis(1_500)).await;
            std::mem::forget(calls);
        },
    );
    // The runtime ended then, and with it each call.
    assert_eq!(
        (gauge(&metrics, waiting), gauge(&metrics, in_flight)),
        (0.0, 0.0)
    );

    let metrics = measured(
        |sent| match sent.number {
            1 => Reply::status(500),
            2 => Reply::never(),
            _ => Reply::text("fine"),
        },
        |api, simulation| async move {
            let calls = spawn_all(&api);
            simulation.sleep(Duration::from_millis(2_500)).await;
            api.shutdown(Duration::from_secs(1)).await;
            for call in calls {
                call.await.unwrap();
            }
        },
    );
    assert_eq!(
        (gauge(&metrics, waiting), gauge(&metrics, in_flight)),
        (0.0, 0.0)
    );
}
