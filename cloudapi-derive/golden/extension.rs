/// The volumes of a region.
#[rest_api(extends = DigitalOcean, path = "volumes")]
#[derive(Clone)]
pub struct Volumes {
    /// Where they are.
    pub region: Region,
    r#type: Kind,
}

#[rest_api(extends = parents::Parent<'a, T>, crate = crate::vendored)]
pub(crate) struct Child<'a, T: Show>
where
    T: Clone,
{
    parent: &'a T,
}

#[rest_api(extends = DigitalOcean, path = "")]
struct Unit;

#[rest_api(extends = parents::Parent<'_, N>, path = "parts", accessor = r#type)]
pub struct Parts<const N: usize>;
