using ControlPlane.Iam;

namespace ControlPlane.Tests.Iam;

public class TokenFormatTests
{
    [Fact]
    public void a_new_token_is_well_formed_and_unlike_any_other()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => TokenFormat.New()).ToArray();

        tokens.ShouldAllBe(token => TokenFormat.IsWellFormed(token) && token.Length == 57);
        tokens.Distinct().Count().ShouldBe(1000);
    }

    [Fact]
    public void any_single_wrong_character_is_noticed_without_the_database()
    {
        var token = TokenFormat.New();

        for (var i = 0; i < token.Length; i++)
        {
            var wrong = token[..i] + (token[i] == 'x' ? 'y' : 'x') + token[(i + 1)..];
            TokenFormat.IsWellFormed(wrong).ShouldBeFalse(wrong);
        }
    }
}
