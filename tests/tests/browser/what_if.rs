//! A what-if in a real browser: what the page shows after a slider was moved is what the server draws
//! for the address that the page then has, to the letter.

use chromiumoxide::Page;
use tests::browser::{click, fill, go, press, text, until, until_hydrated, without_javascript};

use super::session::{Scripts, Session};

const PAGE: &str = "/environments/production-2014/what-if";

/// All that the page shows and sends, but for times, which go on, and what is only read out.
const SHOWN: &str = r"(() => {
    const copy = document.querySelector('main').cloneNode(true);
    copy.querySelectorAll('time, [hidden], #what-if-said').forEach(part => part.remove());
    const fields = [...document.querySelectorAll('main input, main select')]
        .filter(field => field.name !== 'form_token')
        .map(field => [field.type, field.name, field.value, field.checked, field.disabled,
            field.type === 'number' && field.className].join(' '));
    return [copy.textContent.replace(/\s+/g, ' '), ...fields].join('\n');
})()";

/// The slider of a group.
fn slider(group: &str) -> String {
    format!(".pair:has([name='count.{group}']) input[type=range]")
}

async fn shown(page: &Page) -> String {
    page.evaluate(SHOWN).await.unwrap().into_value().unwrap()
}

async fn value(page: &Page, expression: &str) -> String {
    let text = format!("String({expression})");
    page.evaluate(text).await.unwrap().into_value().unwrap()
}

struct Stage {
    session: Session,
    /// One where scripts are off.
    plain: Page,
}

impl Stage {
    async fn set() -> Self {
        let session = Session::begin(Scripts::On).await;
        let plain = session.browser.blank().await;
        without_javascript(&plain).await;
        Self { session, plain }
    }

    async fn visit(&self, query: &str) {
        go(
            &self.session.page,
            &format!("{}{PAGE}{query}", self.session.base),
        )
        .await;
        until_hydrated(&self.session.page).await;
    }

    /// Waits until the address says so, and holds what is shown against what the server draws.
    async fn is_what_the_server_draws(&self, query: &str) {
        until(
            &self.session.page,
            &format!("location.search === '{query}'"),
        )
        .await;
        go(&self.plain, &format!("{}{PAGE}{query}", self.session.base)).await;
        let (live, drawn) = (shown(&self.session.page).await, shown(&self.plain).await);
        assert!(drawn.contains("What it takes"), "{drawn}");
        assert_eq!(live, drawn, "{query}");
    }

    async fn end(self) {
        self.session.end().await;
    }
}

/// How often the browser asked the server for anything of a what-if since the page was loaded.
const ASKED: &str = "performance.getEntriesByType('resource')\
                     .filter(entry => entry.name.includes('what-if')).length";

#[tokio::test(flavor = "multi_thread")]
async fn a_slider_answers_as_the_server_does() {
    let stage = Stage::set().await;
    let page = &stage.session.page;
    stage.visit("").await;
    assert_eq!(value(page, ASKED).await, "0", "reading asks for nothing");

    // By keyboard: the slider keeps the focus, the number follows.
    let storage = slider("storage");
    page.evaluate(format!("document.querySelector(\"{storage}\").focus()"))
        .await
        .unwrap();
    press(page, "ArrowRight").await;
    press(page, "ArrowRight").await;
    stage.is_what_the_server_draws("?count.storage=4").await;
    let focused = format!("document.activeElement === document.querySelector(\"{storage}\")");
    assert_eq!(value(page, &focused).await, "true");
    until(
        page,
        "document.querySelector('#what-if-said').textContent \
         === document.querySelector('.verdict').textContent",
    )
    .await;

    // By mouse, in the middle of a slider that goes from 0 to 8, and in a field.
    click(page, &slider("db")).await;
    fill(page, "[name='count.db']", "3").await;
    stage
        .is_what_the_server_draws("?count.db=3&count.storage=4")
        .await;
    fill(page, "[name='temporary']", "2").await;
    stage
        .is_what_the_server_draws("?count.db=3&count.storage=4&temporary=2")
        .await;
    assert_eq!(value(page, ASKED).await, "1", "it is worked out here");

    // What nobody can work out says so, and the address stays at what can be.
    fill(page, "[name='temporary']", "20000").await;
    until(
        page,
        "document.querySelector('#outcome').textContent.includes('too many; the most is 10000')",
    )
    .await;
    fill(page, "[name='temporary']", "0").await;

    // Back to what is planned: the question is gone.
    fill(page, "[name='count.db']", "4").await;
    fill(page, "[name='count.storage']", "2").await;
    stage.is_what_the_server_draws("").await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moving_slider_is_drawn_at_once_and_read_out_at_rest() {
    let stage = Stage::set().await;
    let page = &stage.session.page;
    stage.visit("").await;
    click(page, &slider("storage")).await;
    until(page, "location.search === '?count.storage=3'").await;
    // Ten moves within one script: nothing rests between them.
    let moves = format!(
        r#"(() => {{
            const slider = document.querySelector("{}");
            const said = document.querySelector('#what-if-said').textContent;
            const table = document.querySelector('#outcome table');
            const drawn = new Set(), spoken = new Set();
            for (let n = 0; n < 10; n++) {{
                slider.value = n % 6;
                slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
                drawn.add(document.querySelector('#outcome').textContent);
                spoken.add(document.querySelector('#what-if-said').textContent);
            }}
            const same = table === document.querySelector('#outcome table');
            return [drawn.size, spoken.size, spoken.has(said), same, location.search].join(' ');
        }})()"#,
        slider("storage")
    );
    assert_eq!(value(page, &moves).await, "6 1 true true ?count.storage=3");
    // In the end it stands at 3 again.
    stage.is_what_the_server_draws("?count.storage=3").await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_question_lies_beneath_and_several_things_are_lost() {
    let stage = Stage::set().await;
    let page = &stage.session.page;
    stage.visit("").await;
    assert_eq!(
        value(page, "document.querySelector('#kept').hidden").await,
        "true"
    );

    // What is asked can be kept as soon as something is.
    fill(page, "[name='count.memcache']", "5").await;
    click(page, "[name=lost][value='any-host']").await;
    until(page, "!document.querySelector('#kept').hidden").await;
    stage
        .is_what_the_server_draws("?count.memcache=5&lost=any-host")
        .await;
    fill(page, "#keep [name=name]", "winter").await;
    click(page, "#keep button").await;
    until(page, "location.search === '?kept=winter'").await;
    until_hydrated(page).await;
    let words = text(page).await;
    assert!(words.contains("by a kept question"), "{words}");

    // A slider on top of it, then a second loss, by keyboard.
    click(page, &slider("storage")).await;
    stage
        .is_what_the_server_draws("?kept=winter&count.storage=3")
        .await;
    click(page, "form.what-if summary").await;
    let box_of = "[name=lost][value='member.db.1']";
    until(page, &format!("!!document.querySelector(\"{box_of}\")")).await;
    page.evaluate(format!("document.querySelector(\"{box_of}\").focus()"))
        .await
        .unwrap();
    press(page, " ").await;
    stage
        .is_what_the_server_draws("?kept=winter&count.storage=3&lost=member.db.1")
        .await;
    let words = text(page).await;
    for expected in ["What still stands", "db: "] {
        assert!(words.contains(expected), "{expected}: {words}");
    }

    // As planned, where the kept question says otherwise, has to be said.
    fill(page, "[name='count.memcache']", "2").await;
    stage
        .is_what_the_server_draws("?kept=winter&count.memcache=2&count.storage=3&lost=member.db.1")
        .await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_the_form_asks_the_server() {
    let stage = Stage::set().await;
    let page = &stage.plain;
    let page_of = |query: &str| format!("{}{PAGE}{query}", stage.session.base);
    go(page, &page_of("?flavor.db=v4")).await;
    let words = text(page).await;
    assert!(words.contains("no flavor `v4` is known"), "{words}");
    go(page, &page_of("")).await;
    assert_eq!(
        value(
            page,
            "[...document.querySelectorAll('input[type=range]')]\
             .some(slider => slider.checkVisibility())",
        )
        .await,
        "false",
        "a slider alone sends nothing"
    );
    fill(page, "[name='count.storage']", "4").await;
    click(page, "[name=lost][value='any-host']").await;
    click(page, "form.what-if summary").await;
    click(page, "[name=lost][value='member.db.1']").await;
    click(page, "form.what-if button[type=submit]").await;
    until(page, "location.search.includes('count.storage=4')").await;
    until(page, "document.readyState === 'complete'").await;
    let asked = shown(page).await;
    assert!(asked.contains("What still stands"), "{asked}");
    // Every field is sent; what it comes to is what the short address says.
    go(
        page,
        &page_of("?count.storage=4&lost=member.db.1&lost=any-host"),
    )
    .await;
    assert_eq!(asked, shown(page).await);
    stage.end().await;
}
