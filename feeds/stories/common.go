package stories

// common holds words that tell nothing of an event, in the languages that most sources are in. The number of
// articles that have a word says more, once there are enough.
var common = func() map[uint32]bool {
	hashes := map[uint32]bool{}
	for s := (scanner{text: commonWords}); s.next(); {
		hashes[termHash(s.hash)] = true
	}
	return hashes
}()

const commonWords = `
a about after again against all also am amid among an and another any are as at back be because been before being
best between big both but by calls can cannot case could day days did do does doing down during each even every
few first five for four from full further gets go going good got had has have he her here hers him his how i if in
into is it its just know last latest least less let like live look made make makes making man many may me might more
most much must my near need needs never new news next no nor not now of off on once one only or other our out over
own part people per photos plus put re read report reports right said same saw say says see set she should show shows
since six so some still story such take takes tell tells ten than that the their them then there these they thing
things this those three through time times to today told too top two under until up update us use used using very
via video wants was watch way we week weeks well were what when where which while who why will with without woman
women won would year years yesterday yet you your monday tuesday wednesday thursday friday saturday sunday january
february march april june july august september october november december continue reading
al algo algunos ante antes aqui asi aun aunque bajo bien cada casi como con contra cual cuando cuatro de debe del
desde despues dia dias dice dijo donde dos durante e el ella ellas ellos en entre era es esa ese eso esta estaba
estan estas este esto estos fin fotos fue fueron gran ha hace hacia han hasta hay hizo hoy la las le les lo los mas
me mejor menos mes mi mientras mil millones mismo mucho muy nada ni nos nueva nuevas nuevo nuevos o otra otras otro
otros para parte pero poco podria por porque primer primera puede que quien quienes se segun segunda segundo sera
si sido sin sobre solo son su sus tambien tan tanto tiene tienen toda todas todo todos tras tres tu tuvo un una uno
unos va van vez ver vida y ya yo ano anos lunes martes miercoles jueves viernes sabado domingo enero febrero marzo
abril mayo junio julio agosto septiembre octubre noviembre diciembre
agora ainda alem algumas ao aos apos ate cinco com da das depois deve disse do dois duas e ela ele eles em entao
essa esse esta eu faz feira fez foi foram havia hoje isso ja mais mas meio melhor meses mesmo meu muito muitos na
nao nas nem no nos nova novas novo novos num numa onde ou outra outras outro outros para pela pelas pelo pelos pode
por porque pra quais qual quando quase quatro quem sao seja sem sempre ser seu seus sua suas tambem tem teve tinha
tudo um uma umas uns vai veja voce dia dias ano anos segunda terca quarta quinta sexta sabado domingo janeiro
fevereiro marco maio junho julho setembro outubro novembro dezembro
alors apres au aussi autre autres aux avait avant avec avoir bien car ce cela celui ces cet cette chez comme comment
dans de depuis des deux dit doit donc dont du elle elles encore entre est et ete etait etre eu eux fait faire faut
font il ils je jour jours la le les leur leurs lors lui ma mais meme mois moins mon monde ne ni nos notre nous on ont
ou par pas pendant peu peut plus plusieurs pour pourquoi premier premiere qu quand que quel quelle quelques qui sa
sans se selon sera ses si son sont sous sur ta toujours tous tout toute toutes tres trois un une va vers voici vous
an ans annee lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout
aber alle als am an auch auf aus bei beim bereits bis bin da damit dann das dass dem den denn der des die dies diese
diesem diesen dieser doch drei du durch ein eine einem einen einer eines er erst erste ersten es etwa fur gegen geht
gibt hat hatte hatten ich ihr ihre ihrem ihren im immer in ist ja jahr jahre jahren jetzt kann kein keine konnen
konnte mal man mehr mit muss nach neue neuen neuer nicht noch nun nur ob oder ohne schon sei sein seine seinem seinen
seiner seit sich sie sind so soll sollen sowie uber um und uns unter viel viele vom von vor wann warum was wegen weil
weiter weitere wenn wer werden wie wieder will wir wird wo wurde wurden zu zum zur zwei zwischen tag tage uhr prozent
montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz juni juli oktober dezember
ai al alla alle anche ancora che chi ci come con cosa cui da dal dalla dei del della delle di dopo due e ecco ed era
fa fra gli ha hanno ho i il in io la le lo loro ma nei nel nella nelle no noi non nuova nuovo o ogni oggi per perche
piu poi puo quando quanto quella quelle quelli quello questa questo se senza si sia sono su sua sul sulla suo suoi
tra tre tutti tutto un una uno
http https www com html utm rss covid coronavirus
`
