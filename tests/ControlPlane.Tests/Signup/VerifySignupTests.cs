using ControlPlane.Iam;

namespace ControlPlane.Tests.Signup;

public class VerifySignupTests(App app) : SignupTest(app)
{
    [Fact]
    public async Task the_code_opens_an_account_whose_first_token_owns_it()
    {
        var account = await Proven();

        account.Status.ShouldBe(201);
        var (tenant, owner, token) = ((string)account.Body!["tenant"]!["id"]!, (string)account.Body["principal"]!["id"]!, account.Body["token"]!);
        ((string?)account.Body["roleAssignment"]!["role"], (string?)account.Body["roleAssignment"]!["scope"]).ShouldBe(("owner", $"/tenants/{tenant}"));
        ((DateTimeOffset)token["expiresAt"]!).ShouldBe(TimeProvider.System.GetUtcNow().AddDays(90), TimeSpan.FromMinutes(1));
        var me = await Get("/v1/whoami", (string)token["secret"]!);
        (me.Text("tenantId"), me.Text("principalId"), me.Text("tokenId")).ShouldBe((tenant, owner, (string?)token["id"]));
        me.Body!["grants"]![0]!["permissions"]!.AsArray().Count.ShouldBe(Roles.PermissionsOf(Roles.Owner).Count);
    }

    [Fact]
    public async Task then_stripe_knows_the_customer_and_waits_for_a_payment_method_and_the_owner_is_welcomed()
    {
        var tenant = (string)(await Proven()).Body!["tenant"]!["id"]!;

        var account = await Account(tenant, account => account.CheckoutSessionId is not null);
        var customer = await Seen("stripe", tenant, call => call.Path == "/v1/customers");
        var checkout = await Seen("stripe", tenant, call => call.Path == "/v1/checkout/sessions");
        var welcome = await Seen("postmark", $"{tenant}:welcome", letter => letter.Method == "POST");

        (account.OfferRef, account.Currency, account.Failed).ShouldBe(("retail@2#solo-monthly", "EUR", null));
        ((string?)customer.Body!["email"], (string?)customer.Body["name"]).ShouldBe((Email, "Ada"));
        customer.Headers["Idempotency-Key"].ShouldBe($"{tenant}:customer:{account.OpenedBy:N}");
        ((string?)checkout.Body!["mode"], (string?)checkout.Body["currency"], (string?)checkout.Body["customer"])
            .ShouldBe(("setup", "eur", account.CustomerId));
        ((string?)welcome.Body!["To"], (string?)welcome.Body["Subject"]).ShouldBe((Email, "Welcome"));
    }

    [Fact]
    public async Task a_code_is_good_once()
    {
        var (id, code) = await Started();
        (await Verify(id, code)).Status.ShouldBe(201);

        var second = await Verify(id, code);

        (second.Status, second.Text("code")).ShouldBe((422, "code_rejected"));
    }

    [Fact]
    public async Task of_two_verifications_at_once_one_opens_the_account()
    {
        var (id, code) = await Started();

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Verify(id, code)));

        replies.Select(reply => reply.Status).Order().ShouldBe([201, 422, 422, 422, 422, 422]);
    }

    [Fact]
    public async Task wrong_codes_are_counted_down_and_after_ten_the_right_one_is_no_longer_good()
    {
        var (id, code) = await Started();

        for (var left = 9; left >= 0; left--)
        {
            var refused = await Verify(id, Wrong(code));
            (refused.Status, refused.Text("code"), (int?)refused.Body!["attemptsLeft"]).ShouldBe((422, "code_rejected", left));
        }

        var right = await Verify(id, code);
        (right.Status, (int?)right.Body!["attemptsLeft"]).ShouldBe((422, 0));
        (await Pending(id)).Attempts.ShouldBe(10);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task wrong_codes_at_once_are_each_counted(bool exists)
    {
        var id = exists ? (await Start()).Text("signupId")! : ControlPlane.Storage.Ids.New("sgn");

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Verify(id, "no")));

        replies.Select(reply => (int?)reply.Body!["attemptsLeft"]).OrderDescending().ShouldBe([9, 8, 7, 6, 5, 4]);
    }

    [Fact]
    public async Task a_signup_that_never_was_answers_like_one_that_is()
    {
        var real = (await Start()).Text("signupId")!;
        var fake = ControlPlane.Storage.Ids.New("sgn");

        for (var i = 0; i < 12; i++)
        {
            var (one, other) = (await Verify(real, "00000000"), await Verify(fake, "00000000"));
            (other.Status, Comparable(other)).ShouldBe((one.Status, Comparable(one)));
            other.Headers.Keys.Order().ShouldBe(one.Headers.Keys.Order());
            other.Headers["Content-Type"].ShouldBe("application/problem+json");
        }
    }

    [Fact]
    public async Task an_owner_who_signs_up_again_gets_a_new_token_of_his_account()
    {
        var first = await Proven();
        var started = await Start(Email.ToUpperInvariant());
        var letter = await Letter(started.Text("signupId")!);

        var recovered = await Verify(started.Text("signupId"), CodeIn(letter));

        ((string?)letter.Body!["Subject"]).ShouldBe("You already have an account");
        recovered.Status.ShouldBe(201);
        foreach (var part in new[] { "tenant", "principal", "roleAssignment" })
        {
            recovered.Body![part]!.ToJsonString().ShouldBe(first.Body![part]!.ToJsonString());
        }

        recovered.Body!["token"]!.AsObject().Select(member => member.Key).ShouldBe(first.Body!["token"]!.AsObject().Select(member => member.Key));
        (await Get("/v1/whoami", (string)recovered.Body["token"]!["secret"]!)).Text("principalId").ShouldBe((string?)first.Body["principal"]!["id"]);
        (await Get("/v1/whoami", (string)first.Body["token"]!["secret"]!)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task who_has_ceased_to_own_an_account_opens_one_of_his_own(bool byDate)
    {
        var first = await Proven();
        var (account, ada) = ((string)first.Body!["tenant"]!["id"]!, (string)first.Body["principal"]!["id"]!);
        var heir = await Join("owner", $"/tenants/{account}", home: account);
        if (byDate)
        {
            (await Send(HttpMethod.Patch, $"/v1/principals/{ada}", """{"notAfter":"2020-01-01T00:00:00Z"}""", heir)).Status.ShouldBe(200);
        }
        else
        {
            (await Send(HttpMethod.Delete, $"/v1/role-assignments/{first.Body["roleAssignment"]!["id"]}", token: heir)).Status.ShouldBe(204);
        }

        var started = await Start();
        var letter = await Letter(started.Text("signupId")!);
        var second = await Verify(started.Text("signupId"), CodeIn(letter));

        ((string?)letter.Body!["Subject"]).ShouldNotBe("You already have an account");
        second.Status.ShouldBe(201);
        ((string)second.Body!["tenant"]!["id"]!).ShouldNotBe(account);
        (await Get("/v1/whoami", (string)second.Body["token"]!["secret"]!)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task two_signups_of_one_address_proven_at_once_make_one_account()
    {
        var (one, other) = (await Started(), await Started());

        var replies = await Task.WhenAll(Verify(one.Id, one.Code), Verify(other.Id, other.Code));

        replies.ShouldAllBe(reply => reply.Status == 201);
        replies.Select(reply => (string?)reply.Body!["tenant"]!["id"]).Distinct().ShouldHaveSingleItem();
        replies.Select(reply => (string?)reply.Body!["token"]!["id"]).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task an_owner_with_as_many_tokens_as_he_may_have_loses_the_oldest()
    {
        var first = (string)(await Proven()).Body!["token"]!["secret"]!;
        var second = (await Post("/v1/auth/tokens", new { name = "second" }, first)).Text("secret");
        for (var i = 3; i <= 20; i++)
        {
            (await Post("/v1/auth/tokens", new { name = $"{i}" }, first)).Status.ShouldBe(201);
        }

        var recovered = await Proven();

        recovered.Status.ShouldBe(201);
        (await Get("/v1/whoami", first)).Status.ShouldBe(401);
        (await Get("/v1/whoami", second)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("""{}""", "/code required|/signupId required")]
    [InlineData("""{"signupId":1,"code":12345678,"x":null}""", "/code type|/signupId type|/x unknown_field")]
    public async Task every_fault_of_a_body_is_told_with_its_place(string body, string faults)
    {
        var reply = await Post("/v1/auth/signup/verifications", body, token: null);

        reply.Status.ShouldBe(400);
        reply.Faults.ShouldBe(faults.Split('|'));
    }

    private static string Comparable(Reply reply)
    {
        var body = reply.Body!.DeepClone().AsObject();
        body.Remove("requestId").ShouldBeTrue();
        return body.ToJsonString();
    }
}
