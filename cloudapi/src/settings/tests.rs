use super::*;

#[test]
fn settings_out_of_range_are_named() {
    let setup = || Setup::new("https://settings.test/");
    for (setup, name) in [
        (setup().callrateperhour(0), "callrateperhour"),
        (setup().maximum_in_flight(0), "maximum_in_flight"),
        (
            setup().geometric_delay_multiplier(0.5),
            "geometric_delay_multiplier",
        ),
        (
            setup().geometric_delay_multiplier(f64::NAN),
            "geometric_delay_multiplier",
        ),
        (setup().request_timeout(Duration::ZERO), "request_timeout"),
        (setup().connect_timeout(Duration::ZERO), "connect_timeout"),
        (setup().minimum_delay(Duration::MAX), "minimum_delay"),
        (setup().circuit_threshold(1_001), "from 0 to 1000"),
        (setup().retry_budget(-0.1), "from 0 to 100"),
        (setup().retry_budget(f64::NAN), "from 0 to 100"),
        (setup().jitter(1.1), "from 0 to 1"),
        (setup().jitter(f64::NAN), "from 0 to 1"),
        (setup().bearer(Text::new()), "is empty"),
    ] {
        let error = setup.into_client().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Settings);
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn limits_that_are_none_say_why() {
    let setup = || Setup::new("https://limits.test/");
    let minute = |calls| Rate::new(calls, Rate::MINUTE);
    for (setup, why) in [
        (setup().callrateperminute(0), "callrateperminute = 0"),
        (setup().callratepersecond(0), "callratepersecond = 0"),
        (setup().limit(minute(0)), "no attempt at all"),
        (setup().limit(minute(5).burst(6)), "burst is more than"),
        (setup().callratepersecond(5).burst(6), "burst is more than"),
        (setup().burst(0), "burst of 1 is even spacing"),
        (setup().limit(minute(5)).burst(2), "none of them is set"),
        (setup().limit(Rate::new(1, Duration::ZERO)), "time is zero"),
        (setup().limit(Rate::new(1, Duration::MAX)), "366 days"),
        (setup().maximum_queue_length(0), "maximum_queue_length"),
    ] {
        let error = setup.into_client().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Settings);
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn the_default_limit_stands_where_no_other_does() {
    let rates = |setup: Setup| setup.rates().unwrap();
    let setup = || Setup::new("https://limits.test/");
    let hour = |calls| Rate::new(calls, Rate::HOUR);
    let minute = |calls| Rate::new(calls, Rate::MINUTE);
    assert_eq!(rates(setup()), [hour(360)]);
    assert_eq!(rates(setup().burst(6)), [hour(360).burst(6)]);
    assert_eq!(rates(setup().limit(minute(5))), [minute(5)]);
    // The later of two for one time stands, whichever way it was given.
    let both = setup().callrateperhour(7).callrateperminute(5).burst(2);
    assert_eq!(rates(both), [minute(5).burst(2), hour(7).burst(2)]);
    let both = setup().callrateperhour(7).limit(hour(8)).callrateperhour(9);
    assert_eq!(rates(both.limit(minute(5))), [minute(5), hour(9)]);
}

#[test]
fn all_limits_of_two_clients_are_compared_and_named() {
    let setup = || {
        Setup::new("https://several.test/")
            .callrateperhour(5_000)
            .callrateperminute(250)
    };
    let first = setup().into_client().unwrap();
    let again = Setup::new("https://several.test/")
        .limit(Rate::new(250, Rate::MINUTE))
        .callrateperhour(5_000);
    assert!(first.shares_scope_with(&again.into_client().unwrap()));
    for (other, named) in [
        (setup().callratepersecond(25), "`callratepersecond = 25`"),
        (setup().callrateperminute(251), "`callrateperminute = 251`"),
        (setup().burst(20), "`rate(250, per = 60s, burst = 20)`"),
        (setup().maximum_in_flight(8), "`maximum_in_flight = 8`"),
        (setup().circuit_threshold(0), "`circuit_threshold = 0`"),
        (setup().retry_budget(None), "`retry_budget = none`"),
        (setup().retry_budget(0.5), "`retry_budget = 0.5`"),
        (
            setup().maximum_queue_length(9),
            "`maximum_queue_length = 9` and `when_full = \"refuse\"`",
        ),
    ] {
        let message = other.into_client().unwrap_err().to_string();
        let ours = "has `callrateperminute = 250` and `callrateperhour = 5000`,";
        assert!(message.contains(ours), "{message}");
        assert!(message.contains(named), "{message}");
    }
    // Without a maximum nothing is full.
    setup().when_full(WhenFull::Wait).into_client().unwrap();
}

#[test]
fn two_clients_of_one_scope_have_the_same_limits() {
    let first = Setup::new("https://conflict.test/v2")
        .into_client()
        .unwrap();
    let same = Setup::new("https://CONFLICT.test/v2/")
        .into_client()
        .unwrap();
    assert!(first.shares_scope_with(&same));
    let other = || Setup::new("https://conflict.test/v2").callrateperhour(7);
    let error = other().into_client().unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Conflict);
    let message = error.to_string();
    assert!(
        message.contains("360") && message.contains('7'),
        "{message}"
    );
    let split = other().scope("account").into_client().unwrap();
    assert!(!first.shares_scope_with(&split));
    drop((first, same));
    other().into_client().expect("nobody else is left");
}
