//! `/environments/{name}/instances/{group}/{ordinal}`: how far an instance is, and its console, which
//! is asked of the cloud only where somebody asks for it.

use cloud::simulated::{Fault, Verb, What};
use reqwest::StatusCode;

use crate::harness::Site;

#[tokio::test(flavor = "multi_thread")]
async fn a_console_is_read_where_somebody_asks_for_it() {
    for caches in [true, false] {
        let site = Site::serve(caches).await;
        let ann = site.person("ann").await;
        let name = ann.copy().await;
        assert_eq!(ann.ended(&name).await, "done");
        let path = format!("/environments/{name}/instances/storage/1");
        let list = ann.page(&format!("/environments/{name}")).await;
        assert!(list.body.contains(&format!("href=\"{path}\"")));

        // The next one who asks the cloud is not answered.
        let fault = Fault::new(Verb::Console, What::ServerError);
        site.world.cloud.add_fault(fault).await.unwrap();
        let page = ann.page(&path).await;
        for part in [
            "storage[1]",
            // The cloud says that it runs; nobody was asked to say more.
            "running",
            "nobody inside has reported",
            "access (SHA256:",
            "Nobody has asked for it yet.",
        ] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        // That page asked nobody; this one does, and says what came of it.
        let two = format!("{path}?lines=2");
        let page = ann.page(&two).await;
        for part in ["There is nothing to read.", "500"] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        let page = ann.page(&two).await;
        assert!(page.body.contains("storage1 login:"), "{}", page.body);
        assert!(!page.body.contains("Linux version"), "{}", page.body);
        let page = ann.page(&format!("{path}?lines=10000")).await;
        assert!(page.body.contains("Linux version"), "{}", page.body);

        for wrong in ["lines=0", "lines=10001", "lines=x", "lines=-1"] {
            let answer = ann.get(&format!("{path}?{wrong}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        }
        for missing in ["storage/2", "web/1", "storage/x"] {
            let missing = format!("/environments/{name}/instances/{missing}");
            let answer = ann.get(&missing).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{missing}");
        }
        let stranger = site.stranger().get(&format!("{path}?lines=2")).await;
        assert_eq!(stranger.status, StatusCode::SEE_OTHER);
        assert!(stranger.header("location").starts_with("/sign-in"));

        // What nobody has made has no console, and the page says so.
        let planned = "/environments/production-2014/instances/db/1?lines=5";
        let page = ann.page(planned).await;
        assert!(
            page.body.contains("There is nothing to read."),
            "{}",
            page.body
        );
    }
}
