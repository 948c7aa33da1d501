#[rest_api(baseurl = "https://api.example.com/", constructor = none, crate = crate::vendored)]
struct Client<'a, T: Show + 'a, const N: usize = 4>
where
    T: Clone,
{
    name: &'a T,
    key: [Key; N],
}
