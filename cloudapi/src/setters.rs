//! The settings as methods of a generated builder, defined once for all.

/// Defines the methods of a builder that has its settings in `self.setup`.
#[doc(hidden)]
#[macro_export]
macro_rules! __all_setters {
    () => {
        $crate::__setters! {
            /// The address that the paths of all endpoints continue, with or
            /// without a slash at the end. It names the gate too: all clients of
            /// one base URL in a process share one.
            baseurl: impl ::core::convert::Into<::std::string::String>;
            /// How many attempts may start in an hour, evenly spaced: 360 is one
            /// every 10 seconds. Default: 360, if there is no other limit.
            callrateperhour: ::core::primitive::u32;
            /// How many attempts may start in a minute, evenly spaced. All limits
            /// hold together. Default: no such limit.
            callrateperminute: ::core::primitive::u32;
            /// How many attempts may start in a second, evenly spaced. Default: no
            /// such limit.
            callratepersecond: ::core::primitive::u32;
            /// How many attempts may start together after a rest, by each of these
            /// three limits; see `Rate::burst` for its price. Default: 1.
            burst: ::core::primitive::u32;
            /// One more limit, in place of one for the same time.
            limit: $crate::Rate;
            /// How many calls may wait. Default: no maximum.
            maximum_queue_length: ::core::primitive::u32;
            /// What becomes of a call when as many wait. Default:
            /// `WhenFull::Refuse`.
            when_full: $crate::WhenFull;
            /// How much the calls matter to those that wait with them, unless they
            /// or their endpoints say otherwise. Default: `Priority::Normal`.
            priority: $crate::Priority;
            /// After how many different calls in a row that could not connect the
            /// service is taken for down, from 0 to 1,000: then one attempt after the
            /// other probes it, for all. 0 is never. Default: 5.
            circuit_threshold: ::core::primitive::u16;
            /// How many retries each first attempt adds to the budget for retries, from 0
            /// to 100. The budget also refills by ten a minute (or a tenth of the slots, if
            /// that is more), and starts at its maximum of 100. A retry for which nothing
            /// is left is put off until there is. `None` is no limit. Default: 0.2.
            retry_budget: impl ::core::convert::Into<::core::option::Option<::core::primitive::f64>>;
            /// The largest fraction by which a delay is randomly lengthened, from 0 to 1.
            /// Default: 0.
            jitter: ::core::primitive::f64;
            /// What the delay between attempts is multiplied by after each
            /// failure, from 1 to 1,000. Default: 2.
            geometric_delay_multiplier: ::core::primitive::f64;
            /// How many retries make one series. Default: 5.
            maximum_geometric_delay_multiplications: ::core::primitive::u16;
            /// How often a call goes to the back of the queue after a failed
            /// series. Default: 1.
            maximum_failed_attempts: ::core::primitive::u16;
            /// How many attempts may be under way at once. Default: no maximum.
            maximum_in_flight: ::core::primitive::u32;
            /// How long an attempt may take, from its slot to the end of the
            /// response. Default: 30 seconds.
            request_timeout: ::core::time::Duration;
            /// How long connecting may take. Default: 10 seconds.
            connect_timeout: ::core::time::Duration;
            /// No delay between attempts is shorter. Default: none.
            minimum_delay: ::core::time::Duration;
            /// No delay between attempts is longer. Default: 366 days, beyond which none is
            /// in any case.
            maximum_delay: ::core::time::Duration;
            /// The longest wait that a server may ask for; a call that is asked
            /// for more ends with an error that says until when. Default: one
            /// hour.
            maximum_retry_after: ::core::time::Duration;
            /// The largest response body in bytes, counted after decompression.
            /// Default: 64 MiB.
            maximum_response_size: ::core::primitive::u64;
            /// Which failed attempts are tried again. Default:
            /// `Retry::Standard`.
            retry: $crate::Retry;
            /// Splits gate and queue by this text, in place of the declared
            /// one. It is hashed before it is kept. Default: as declared.
            scope: impl ::core::convert::Into<::std::string::String>;
            /// Reads what responses say about the pace as this vendor means it.
            /// Default: as the standards have it.
            vendor: impl $crate::vendor::VendorProfile;
            /// Sends credentials with every request that are renewed when they end.
            credentials: impl $crate::Credentials;
            /// Sends all requests through a transport of your own.
            transport: impl $crate::Transport;
        }
        $crate::__store_setters!();
        $crate::__testing_setters!();
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: $type) -> Self {
            self.setup = self.setup.$name($name);
            self
        }
    )*};
}

#[cfg(feature = "store")]
#[doc(hidden)]
#[macro_export]
macro_rules! __store_setters {
    () => {
        $crate::__setters! {
            /// Keeps the state of the limits, and calls that are enqueued, in this
            /// store: the limits then hold for all processes that use it, and for the
            /// next run of the program. Default: none.
            store: impl ::core::convert::Into<$crate::store::StoreHandle>;
            /// What becomes of the calls while the store cannot be asked. Default:
            /// `StoreDown::Stop`.
            store_down: $crate::StoreDown;
        }
    };
}

#[cfg(not(feature = "store"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __store_setters {
    () => {};
}

/// What a block that is `durable` adds.
#[cfg(feature = "store")]
#[doc(hidden)]
#[macro_export]
macro_rules! __durable {
    ($($item:item)*) => {$(
        $item
    )*};
}

#[cfg(not(feature = "store"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __durable {
    ($($item:item)*) => {
        ::core::compile_error!(
            "`durable` needs a store: turn on the feature `store` of cloudapi, or `sqlite` or \
             `redis`"
        );
    };
}

#[cfg(feature = "testing")]
#[doc(hidden)]
#[macro_export]
macro_rules! __testing_setters {
    () => {
        /// Takes the time from a simulation.
        #[must_use]
        pub fn simulation(mut self, simulation: &$crate::testing::Simulation) -> Self {
            self.setup = self.setup.simulation(simulation);
            self
        }

        /// For tests of limits that processes share: a client with a number of its
        /// own has a gate of its own, as in another process.
        #[doc(hidden)]
        #[must_use]
        pub fn __process(mut self, number: ::core::primitive::u32) -> Self {
            self.setup = self.setup.process(number);
            self
        }
    };
}

#[cfg(not(feature = "testing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __testing_setters {
    () => {};
}
