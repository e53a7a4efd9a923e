using ControlPlane.Signup;

namespace ControlPlane.Tests.Signup;

public class SignupCodesTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public void the_same_signup_and_letter_have_the_same_code_and_others_another()
    {
        var code = SignupCodes.Derive(Key, "sgn_1", 1);

        SignupCodes.Derive(Key, "sgn_1", 1).ShouldBe(code);
        SignupCodes.Derive(Key, "sgn_1", 2).ShouldNotBe(code);
        SignupCodes.Derive(Key, "sgn_2", 1).ShouldNotBe(code);
        SignupCodes.Derive([.. Key.Reverse()], "sgn_1", 1).ShouldNotBe(code);
    }

    [Fact]
    public void every_code_has_eight_digits() =>
        Enumerable.Range(0, 1000).ShouldAllBe(i => SignupCodes.Derive(Key, $"sgn_{i}", 1).Length == 8 && SignupCodes.Derive(Key, $"sgn_{i}", 1).All(char.IsAsciiDigit));

    [Theory]
    [InlineData("12345678", true)]
    [InlineData("1234 5678 ", true)]
    [InlineData("12345679", false)]
    [InlineData("1234567", false)]
    [InlineData("", false)]
    [InlineData("١٢٣٤٥٦٧٨", false)]
    public void only_the_digits_themselves_match(string given, bool matches) => SignupCodes.Match("12345678", given).ShouldBe(matches);

    [Fact]
    public void a_right_code_is_no_longer_good_when_the_time_is_over_also_before_the_timer_says_so()
    {
        var end = TimeProvider.System.GetUtcNow();
        var signup = new PendingSignup("sgn_1", new("a@b.eu"), new("Ada"), "FR", "fr", "1", "1", false, null, end);

        signup.MayBeVerified(end.AddTicks(-1)).ShouldBeTrue();
        signup.MayBeVerified(end).ShouldBeFalse();
        (signup with { Attempts = PendingSignup.MaxAttempts }).MayBeVerified(end.AddDays(-1)).ShouldBeFalse();
        (signup with { IsVerified = true }).MayBeVerified(end.AddDays(-1)).ShouldBeFalse();
        (signup with { IsExpired = true }).MayBeVerified(end.AddDays(-1)).ShouldBeFalse();
    }
}
