using System.Net.Mail;
using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

internal static class Customers
{
    private static readonly string[] Plain = ["description", "email", "name", "phone"];
    private static readonly string[] Nested = ["address", "shipping", "preferred_locales"];

    public static JsonObject Create(StripeCall call)
    {
        var asked = call.Parameters;
        CheckEmail(asked.Value("email"));
        if (asked.Value("payment_method") is { } method)
            call.Account.PaymentMethods.Require(method, "payment_method", StatusCodes.Status400BadRequest);
        if (asked.Value("source") is not null || asked.Value("test_clock") is not null)
            throw StripeFailure.NotImitated("sources and test clocks of customers");
        var customer = call.Account.Customers.Add(new JsonObject
        {
            ["id"] = RandomId.New("cus_", 14),
            ["object"] = "customer",
            ["address"] = asked.Node("address"),
            ["balance"] = asked.Integer("balance") ?? 0,
            ["created"] = call.Account.Now,
            ["currency"] = null,
            ["default_source"] = null,
            ["delinquent"] = false,
            ["description"] = asked.Value("description"),
            ["email"] = asked.Value("email"),
            ["invoice_prefix"] = asked.Value("invoice_prefix") ?? RandomId.New("", 8).ToUpperInvariant(),
            ["invoice_settings"] = new JsonObject
            {
                ["custom_fields"] = null,
                ["default_payment_method"] = asked.Value("invoice_settings.default_payment_method"),
                ["footer"] = asked.Value("invoice_settings.footer"),
                ["rendering_options"] = null,
            },
            ["livemode"] = false,
            ["metadata"] = asked.Metadata(),
            ["name"] = asked.Value("name"),
            ["next_invoice_sequence"] = asked.Integer("next_invoice_sequence") ?? 1,
            ["phone"] = asked.Value("phone"),
            ["preferred_locales"] = new JsonArray([.. asked.Texts("preferred_locales").Select(locale => JsonValue.Create(locale))]),
            ["shipping"] = asked.Node("shipping"),
            ["tax_exempt"] = asked.Value("tax_exempt") ?? "none",
            ["test_clock"] = null,
        });
        call.Account.Record("customer.created", customer, call.Cause);
        return customer;
    }

    public static JsonObject Update(StripeCall call)
    {
        var asked = call.Parameters;
        var customer = Living(call);
        CheckEmail(asked.Value("email"));
        var before = (JsonObject)customer.DeepClone();
        foreach (var field in Plain.Where(asked.Has))
            customer[field] = asked.Value(field);
        foreach (var field in Nested.Where(asked.Has))
            customer[field] = asked.Node(field);
        if (asked.Value("invoice_settings.default_payment_method") is { } method)
        {
            call.Account.PaymentMethods.Require(method, "invoice_settings[default_payment_method]", StatusCodes.Status400BadRequest);
            customer["invoice_settings"]!["default_payment_method"] = method;
        }
        customer["metadata"] = asked.Metadata((JsonObject)customer["metadata"]!);
        var changed = new JsonObject(before.Where(field => !JsonNode.DeepEquals(field.Value, customer[field.Key]))
            .Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
        if (changed.Count > 0)
            call.Account.Record("customer.updated", customer, call.Cause, changed);
        return customer;
    }

    /// <summary>A deleted customer can still be read, as no more than that.</summary>
    public static JsonObject Get(StripeCall call) => call.Account.Customers.Require(call.Id);

    public static JsonObject List(StripeCall call)
    {
        var email = call.Parameters.Value("email");
        return call.Account.Customers.List(call.Parameters, customer => IsLiving(customer) && (email is null || (string?)customer["email"] == email));
    }

    public static JsonObject Delete(StripeCall call)
    {
        var customer = Living(call);
        call.Account.Record("customer.deleted", customer, call.Cause);
        foreach (var field in customer.Select(field => field.Key).Except(["id", "object", "created"]).ToList())
            customer.Remove(field);
        customer["deleted"] = true;
        return new JsonObject { ["id"] = call.Id, ["object"] = "customer", ["deleted"] = true };
    }

    public static bool IsLiving(JsonObject customer) => !customer.ContainsKey("deleted");

    private static JsonObject Living(StripeCall call)
    {
        var customer = call.Account.Customers.Require(call.Id);
        return IsLiving(customer) ? customer : throw StripeFailure.NoSuch("customer", call.Id, "id", StatusCodes.Status404NotFound);
    }

    private static void CheckEmail(string? email)
    {
        if (email is not null && (email.Length > 512 || !MailAddress.TryCreate(email, out var parsed) || parsed.Address != email))
            throw StripeFailure.Refused($"Invalid email address: {email}", "email_invalid", "email");
    }
}
